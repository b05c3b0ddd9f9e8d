// The connection to the engine, if there is one: sending, from any thread. Demands that find no
// room are kept and sent later; they are bounded, as each chunk is demanded once.
#pragma once

#include <deque>
#include <mutex>

#include "engine/mount/packet_socket.h"

namespace cloudlet {

class EngineLink {
public:
    explicit EngineLink(PacketSocket socket) : m_socket(std::move(socket)) {}

    bool isConnected() const;
    // For poll; -1 if not connected. Only the thread that receives may use it, connect and
    // disconnect.
    int fd() const { return m_socket.fd(); }
    const PacketSocket& socket() const { return m_socket; }
    void connect(PacketSocket socket);
    void disconnect();

    void demand(const mountChannel::ChunkRange& range);
    // What was kept, and a sign of life; for a quarter of a second later if there is no room.
    void keepAlive();
    // Waits for room. Errors: unavailable, timedOut.
    Result<void> send(const mountChannel::Message& message) const;

private:
    void flush();  // REQUIRES: m_mutex is held

    mutable std::mutex m_mutex;  // held while the socket is replaced and for sending
    PacketSocket m_socket;
    std::deque<mountChannel::ChunkRange> m_demands;
};

}  // namespace cloudlet
