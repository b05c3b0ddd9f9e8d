// A TCP relay on the loopback that cuts a connection after so many bytes from one side, the
// client's if not said otherwise: the first after the first limit, and so on; those after the last
// limit live on. The client loses its line at once; the next connection begins when the server has
// taken all that was let through. To the server each connection comes from another address.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/fd.h"

namespace cloudlet::test {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A connected socket; none if nobody listens.
inline Fd connectTo(std::uint16_t port, std::uint32_t from = INADDR_LOOPBACK) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in own = loopback(0);
    own.sin_addr.s_addr = htonl(from);
    const sockaddr_in address = loopback(port);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return {};
    }
    return socket;
}

class CutRelay {
public:
    enum class Count { fromClient, fromServer };

    CutRelay(std::uint16_t to, std::deque<std::size_t> limits, Count count = Count::fromClient)
        : m_to(to), m_limits(std::move(limits)), m_counted(count == Count::fromClient ? 0 : 1) {
        m_listener = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address = loopback(0);
        CHECK(::bind(m_listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        CHECK(::listen(m_listener.get(), 16) == 0);
        socklen_t size = sizeof address;
        ::getsockname(m_listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
        m_port = ntohs(address.sin_port);
        m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    std::uint16_t port() const { return m_port; }
    std::size_t connections() const { return m_connections; }
    // What the server says next does not come: the client's line is reset.
    void resetAtTheNextAnswer() { m_resets = true; }

private:
    // One connection at a time: a client has no more.
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd waiting{m_listener.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 50) <= 0) continue;
            Fd client(::accept(m_listener.get(), nullptr, nullptr));
            const Fd server =
                connectTo(m_to, INADDR_LOOPBACK + static_cast<std::uint32_t>(m_connections++));
            std::size_t limit = ~std::size_t{0};
            if (!m_limits.empty()) {
                limit = m_limits.front();
                m_limits.pop_front();
            }
            if (client && server) relay(client, server, limit, stop);
            client.reset();
            if (server) drain(server, stop);
        }
    }
    // What the server still says goes nowhere; it closes at the end of what came to it.
    static void drain(const Fd& server, const std::stop_token& stop) {
        ::shutdown(server.get(), SHUT_WR);
        char buffer[4096];
        while (!stop.stop_requested()) {
            pollfd waiting{server.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 50) <= 0) continue;
            if (::recv(server.get(), buffer, sizeof buffer, 0) <= 0) return;
        }
    }
    void relay(const Fd& client, const Fd& server, std::size_t limit,
               const std::stop_token& stop) const {
        std::vector<char> buffer(64 << 10);
        while (!stop.stop_requested() && limit > 0) {
            pollfd both[2] = {{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
            if (::poll(both, 2, 50) <= 0) continue;
            for (int i = 0; i < 2; ++i) {
                if (both[i].revents == 0) continue;
                const ssize_t got =
                    ::recv(both[i].fd, buffer.data(),
                           i == m_counted ? std::min(buffer.size(), limit) : buffer.size(), 0);
                if (got <= 0) return;
                if (i == 1 && m_resets) {
                    const linger now{1, 0};
                    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
                    return;
                }
                if (i == m_counted) limit -= static_cast<std::size_t>(got);
                for (ssize_t sent = 0; sent < got;) {
                    const ssize_t some = ::send(both[1 - i].fd, buffer.data() + sent,
                                                static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
                    if (some <= 0) return;
                    sent += some;
                }
            }
        }
    }

    std::uint16_t m_to;
    std::deque<std::size_t> m_limits;
    int m_counted;  // of client and server
    Fd m_listener;
    std::uint16_t m_port = 0;
    std::atomic<std::size_t> m_connections = 0;
    std::atomic<bool> m_resets = false;
    std::jthread m_thread;
};

}  // namespace cloudlet::test
