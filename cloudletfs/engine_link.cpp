#include "cloudletfs/engine_link.h"

#include <unistd.h>

#include <algorithm>

namespace cloudlet {

namespace {

// An engine that takes nothing for so long is as good as gone.
constexpr std::chrono::seconds kLongestSend{10};

}  // namespace

bool EngineLink::isConnected() const {
    const std::lock_guard lock(m_mutex);
    return static_cast<bool>(m_socket);
}

void EngineLink::connect(PacketSocket socket) {
    const std::lock_guard lock(m_mutex);
    m_socket = std::move(socket);
}

void EngineLink::disconnect() {
    const std::lock_guard lock(m_mutex);
    m_socket = PacketSocket();
    m_demands.clear();
}

void EngineLink::demand(const mountChannel::ChunkRange& range) {
    const std::lock_guard lock(m_mutex);
    if (!m_socket) return;
    m_demands.push_back(range);
    flush();
}

void EngineLink::keepAlive() {
    const std::lock_guard lock(m_mutex);
    if (!m_socket) return;
    flush();
    (void)m_socket.trySend({0, mountChannel::Alive{static_cast<std::uint32_t>(
                                   ::getpid())}});  // the receiver sees a connection's end
}

void EngineLink::flush() {
    while (!m_demands.empty()) {
        const std::size_t count = std::min(m_demands.size(), mountChannel::kMostEntries);
        const auto end = m_demands.begin() + static_cast<std::ptrdiff_t>(count);
        const Result<bool> sent =
            m_socket.trySend({0, mountChannel::Demand{{m_demands.begin(), end}}});
        if (!sent || !*sent) return;
        m_demands.erase(m_demands.begin(), end);
    }
}

Result<void> EngineLink::send(const mountChannel::Message& message) const {
    // Without the lock, which nobody else who replaces the socket can hold: that is this thread.
    return m_socket.send(message, kLongestSend);
}

}  // namespace cloudlet
