#include "engine/mount/packet_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cloudlet {

namespace {

constexpr int kType = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

Error goneError() {
    return {ErrorCode::unavailable, "the other end of the VM's file system is gone"};
}

Result<sockaddr_un> addressOf(const fs::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path) {
        return Error{ErrorCode::invalid, path.string() +
                                             " is too long for a socket: choose a "
                                             "catalog folder with a shorter path"};
    }
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    return address;
}

// A bigger buffer lets more placements be on their way; what the system allows is enough.
void enlargeBuffer(int fd) {
    const int size = 1 << 20;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

std::optional<ucred> credentialsOf(int fd) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
    return credentials;
}

}  // namespace

Result<std::pair<PacketSocket, PacketSocket>> PacketSocket::makePair() {
    int ends[2];
    if (::socketpair(AF_UNIX, kType, 0, ends) != 0) {
        return Error{ErrorCode::failed,
                     std::string("cannot make a socket pair: ") + std::strerror(errno)};
    }
    enlargeBuffer(ends[0]);
    enlargeBuffer(ends[1]);
    return std::pair(PacketSocket(Fd(ends[0])), PacketSocket(Fd(ends[1])));
}

Result<Fd> PacketSocket::listen(const fs::path& path) {
    const sockaddr_un address = TRY(addressOf(path));
    Fd fd(::socket(AF_UNIX, kType, 0));
    if (!fd) return systemError(errno, "make a socket for", path);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 4) != 0) {
        return systemError(errno, "listen at", path);
    }
    return fd;
}

std::optional<PacketSocket> PacketSocket::accept(const Fd& listener) {
    Fd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return std::nullopt;
    enlargeBuffer(fd.get());
    return PacketSocket(std::move(fd));
}

Result<PacketSocket> PacketSocket::connect(const fs::path& path) {
    const sockaddr_un address = TRY(addressOf(path));
    Fd fd(::socket(AF_UNIX, kType, 0));
    if (!fd) return systemError(errno, "make a socket for", path);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) {
            return Error{ErrorCode::unavailable,
                         "no file system of a VM answers at " + path.string() + ": it has ended"};
        }
        return systemError(errno, "connect to", path);
    }
    enlargeBuffer(fd.get());
    return PacketSocket(std::move(fd));
}

Result<bool> PacketSocket::trySend(const mountChannel::Message& message) const {
    return trySend(mountChannel::toPacket(message), {});
}

Result<bool> PacketSocket::trySend(ByteView head, ByteView bytes) const {
    iovec parts[2] = {{const_cast<std::byte*>(head.data()), head.size()},
                      {const_cast<std::byte*>(bytes.data()), bytes.size()}};
    msghdr header{};
    header.msg_iov = parts;
    header.msg_iovlen = bytes.empty() ? 1 : 2;
    while (true) {
        if (::sendmsg(fd(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) return false;
        return goneError();
    }
}

bool PacketSocket::waitForRoom(std::chrono::milliseconds limit) const {
    pollfd wait{fd(), POLLOUT, 0};
    return ::poll(&wait, 1, static_cast<int>(limit.count())) > 0;
}

Result<void> PacketSocket::send(const mountChannel::Message& message,
                                std::chrono::milliseconds limit) const {
    const Bytes packet = mountChannel::toPacket(message);
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!TRY(trySend(packet, {}))) {
        if (std::chrono::steady_clock::now() >= end) {
            return Error{ErrorCode::timedOut, "the other end of the VM's file system is busy"};
        }
        waitForRoom(std::chrono::milliseconds(50));
    }
    return {};
}

Result<std::optional<ByteView>> PacketSocket::tryReceive(std::span<std::byte> buffer) const {
    CHECK(buffer.size() >= mountChannel::kMostPacket);
    iovec part{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    while (true) {
        const ssize_t n = ::recvmsg(fd(), &header, MSG_DONTWAIT);
        // Said once if the other end left something of ours unread; what it sent is still there.
        if (n < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (n < 0 && errno == EAGAIN) return std::optional<ByteView>();
        if (n <= 0) return goneError();
        if ((header.msg_flags & MSG_TRUNC) != 0) {
            return Error{ErrorCode::corrupt, "a message of the VM's file system is too long"};
        }
        return std::optional(ByteView(buffer.first(static_cast<std::size_t>(n))));
    }
}

void PacketSocket::hangUp() const {
    ::shutdown(fd(), SHUT_RDWR);
}

std::optional<pid_t> PacketSocket::peer() const {
    const std::optional<ucred> credentials = credentialsOf(fd());
    if (!credentials || credentials->pid <= 0) return std::nullopt;
    return credentials->pid;
}

bool PacketSocket::isFromUs() const {
    const std::optional<ucred> credentials = credentialsOf(fd());
    return credentials && (credentials->uid == ::geteuid() || credentials->uid == 0);
}

}  // namespace cloudlet
