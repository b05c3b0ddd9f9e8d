// One end of the channel between engine and cloudletfs: whole packets, or nothing. Any thread;
// sending from several is safe, receiving is one thread's.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "engine/base/fd.h"
#include "engine/base/file.h"
#include "engine/mount/message.h"

namespace cloudlet {

class PacketSocket {
public:
    PacketSocket() = default;
    explicit PacketSocket(Fd fd) : m_fd(std::move(fd)) {}

    static Result<std::pair<PacketSocket, PacketSocket>> makePair();
    // Listens at `path`, which must not exist; connect() asks for that.
    static Result<Fd> listen(const fs::path& path);
    // The next one who connected; nullopt if there is none.
    static std::optional<PacketSocket> accept(const Fd& listener);
    // Errors: unavailable, if nobody listens there.
    static Result<PacketSocket> connect(const fs::path& path);

    int fd() const { return m_fd.get(); }
    explicit operator bool() const { return static_cast<bool>(m_fd); }

    // False if there is no room just now. Errors: unavailable, if the other side is gone.
    Result<bool> trySend(const mountChannel::Message& message) const;
    // The head of a packet and its bytes, which are not copied before.
    Result<bool> trySend(ByteView head, ByteView bytes) const;
    // Waits for room. Errors: timedOut, unavailable.
    Result<void> send(const mountChannel::Message& message, std::chrono::milliseconds limit) const;
    // True once there is room, or the other side is gone.
    bool waitForRoom(std::chrono::milliseconds limit) const;

    // The next packet if there is one, in `buffer` (of kMostPacket bytes). Errors: unavailable
    // (the end), corrupt (too long).
    Result<std::optional<ByteView>> tryReceive(std::span<std::byte> buffer) const;

    // Ends the connection for both sides; threads that wait here return. The fd stays open.
    void hangUp() const;
    // The process that made (connect) or inherited (pair) the other end.
    std::optional<pid_t> peer() const;
    // Is the other end of our own user, or of root?
    bool isFromUs() const;

private:
    Fd m_fd;
};

}  // namespace cloudlet
