#include "widgets/stream_connector.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QFile>
#include <cerrno>
#include <cstring>
#include <memory>

namespace cloudlet {

namespace {

constexpr int kConnectLimitMs = 5000;

QString text(const char* source) {
    return QCoreApplication::translate("cloudlet::StreamConnector", source);
}

ConnectedStream refused(const QString& where, int error) {
    return {
        -1,
        text("%1 cannot be reached: %2.").arg(where, QString::fromLocal8Bit(std::strerror(error)))};
}

ConnectedStream connectUnix(const QString& path) {
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= static_cast<qsizetype>(sizeof address.sun_path)) {
        return refused(path, ENAMETOOLONG);
    }
    std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return refused(path, errno);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        return {fd, {}};
    }
    const int error = errno;
    ::close(fd);
    return refused(path, error);
}

// Sets `error` and returns -1 on failure.
int connectTo(const addrinfo& address, int& error) {
    const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        error = errno;
        return -1;
    }
    error = ::connect(fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
        pollfd waiting{fd, POLLOUT, 0};
        socklen_t size = sizeof error;
        if (::poll(&waiting, 1, kConnectLimitMs) < 1) {
            error = ETIMEDOUT;
        } else {
            ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    if (error != 0) {
        ::close(fd);
        return -1;
    }
    // A key press is small and must not wait for more; a dead peer must be noticed.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    return fd;
}

ConnectedStream connectTcp(const QString& host, quint16 port) {
    const QString where = QStringLiteral("%1:%2").arg(host).arg(port);
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int status = ::getaddrinfo(host.toUtf8().constData(),
                                     QByteArray::number(port).constData(), &hints, &found);
    if (status != 0) {
        return {-1, text("%1 cannot be reached: %2.")
                        .arg(where, QString::fromLocal8Bit(::gai_strerror(status)))};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, &::freeaddrinfo);
    int error = EHOSTUNREACH;
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
        const int fd = connectTo(*address, error);
        if (fd >= 0) return {fd, {}};
    }
    return refused(where, error);
}

}  // namespace

StreamConnector unixConnector(const QString& path) {
    return [path] { return connectUnix(path); };
}

StreamConnector tcpConnector(const QString& host, quint16 port) {
    return [host, port] { return connectTcp(host, port); };
}

}  // namespace cloudlet
