// The console of a session's VM over a WebSocket: what comes from one goes to the other, unread.
// Lives as long as something of it is under way. On its own strand.
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <memory>

#include "engine/net/cloudlet_server.h"
#include "engine/net/stream.h"

namespace cloudlet {

class ConsoleConnection : public std::enable_shared_from_this<ConsoleConnection> {
public:
    // `console` is the UNIX socket of the VM's VNC server; empty: the VM does not run yet.
    ConsoleConnection(TlsStream stream, std::filesystem::path console, const Patience& patience);
    void start(HttpRequest request);

private:
    void toConsole();
    void toClient();
    void end();

    static constexpr std::size_t kMostMessage = 1 << 20;

    WebSocket m_socket;
    asio::local::stream_protocol::socket m_console;
    std::filesystem::path m_path;
    HttpRequest m_request;
    beast::flat_buffer m_fromClient;
    std::array<char, 64 << 10> m_fromConsole;
    bool m_ended = false;
};

}  // namespace cloudlet
