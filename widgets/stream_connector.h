// How a console reaches its server: a function that returns a connected stream socket. Called
// again for each reconnection, on the thread of the connection, where it may block for some
// seconds. The makers below serve local and remote servers.
#pragma once

#include <QString>
#include <functional>

namespace cloudlet {

struct ConnectedStream {
    int fd = -1;      // owned by the caller; -1: not connected
    QString problem;  // then: why, one sentence
};

using StreamConnector = std::function<ConnectedStream()>;

StreamConnector unixConnector(const QString& path);
// Tries each address of the host for at most five seconds.
StreamConnector tcpConnector(const QString& host, quint16 port);

}  // namespace cloudlet
