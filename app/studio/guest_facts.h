// What a page is told of a guest that has begun to run. Plain values; made on a job's thread,
// shown on the GUI's.
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

namespace cloudlet {

struct ForwardFact {
    bool tcp = true;
    int hostPort = 0;
    int guestPort = 0;
};

struct GuestFacts {
    QString console;  // path of the VNC server's socket
    QList<ForwardFact> forwards;
};

}  // namespace cloudlet
