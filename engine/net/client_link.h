// A client's TLS connection to a cloudlet whose key is pinned, and the loop that runs what is begun
// on it. One thread.
#pragma once

#include <memory>
#include <stop_token>

#include "engine/net/server_access.h"
#include "engine/net/stream.h"

namespace cloudlet {

using Endpoints = asio::ip::tcp::resolver::results_type;

// Where a server is. Takes ten seconds at most. Errors: unavailable, cancelled.
Result<Endpoints> lookUp(const ServerAddress& address, std::stop_token stop);

class ClientLink {
public:
    // Errors: unavailable (no such host, nobody answers, the line broke), permission (another key
    // than the pinned one), cancelled. Takes ten seconds at most.
    static Result<std::unique_ptr<ClientLink>> open(const ServerAccess& access,
                                                    std::stop_token stop);

    asio::io_context& context() { return m_context; }
    TlsStream& stream() { return m_stream; }
    // What was begun runs until `done` is true. `what` is for the error: "reading the answer".
    // Errors: timedOut, cancelled.
    Result<void> runUntil(const bool& done, std::chrono::milliseconds limit, std::stop_token stop,
                          const std::string& what);
    // The address that it speaks from is no longer this machine's: no answer comes back to it, and
    // the kernel goes on trying for long.
    bool hasLostItsAddress();
    // A failure of the line as an Error: unavailable.
    Error lost(const std::string& what, const beast::error_code& error) const;

private:
    ClientLink(const ServerAccess& access, asio::ssl::context tls);
    Result<void> connect(std::stop_token stop);
    Result<void> handshake(std::stop_token stop);

    std::string m_server;  // for errors
    ServerAddress m_address;
    asio::ip::tcp::endpoint m_own;  // its port is any
    asio::ssl::context m_tls;
    asio::io_context m_context;
    TlsStream m_stream;
};

}  // namespace cloudlet
