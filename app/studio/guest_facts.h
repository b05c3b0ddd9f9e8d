// What a page is told of a guest that has begun to run. Plain values; made on a job's thread,
// shown on the GUI's.
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>
#include <vector>

#include "engine/image/port_forward.h"

namespace cloudlet {

struct ForwardFact {
    bool tcp = true;
    int hostPort = 0;
    int guestPort = 0;
};

inline QList<ForwardFact> forwardFacts(const std::vector<PortForward>& forwards) {
    QList<ForwardFact> facts;
    for (const PortForward& forward : forwards) {
        facts.append(
            {forward.protocol == PortForward::Protocol::tcp, forward.hostPort, forward.guestPort});
    }
    return facts;
}

struct GuestFacts {
    QString console;  // path of the VNC server's socket
    QList<ForwardFact> forwards;
};

}  // namespace cloudlet
