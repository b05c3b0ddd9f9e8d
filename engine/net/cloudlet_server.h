// The server of a cloudlet: one port, TLS, the requests of PROTOCOL.md. Two threads of its own move
// the bytes; what blocks runs on others. Nothing is answered to who is not known, but /v1/health
// and pairing. Made and ended by one thread; the rest is any thread's.
#pragma once

#include <chrono>
#include <memory>

#include "engine/net/rest.h"
#include "engine/net/server_identity.h"

namespace cloudlet {

// How long who is connected may be silent.
struct Patience {
    std::chrono::milliseconds greeting{10'000};  // handshake, and each request: all of it
    std::chrono::milliseconds silence{15'000};   // no sign of life on a WebSocket
};

struct ServerParts {
    const ServerIdentity& identity;
    Rest& rest;
    SessionTable& sessions;
    Gatekeeper& gatekeeper;
    Patience patience = {};
};

class CloudletServer {
public:
    // Listens on `address` ("::" is everything, IPv4 too) and `port` (0: a free one). What it is
    // given must outlive it. Errors: inUse (the port), invalid (the address), permission.
    static Result<CloudletServer> start(const ServerParts& parts, const std::string& address,
                                        std::uint16_t port);
    // Ends the sessions with their VMs, tells their clients, closes everything.
    ~CloudletServer();
    CloudletServer(CloudletServer&&) noexcept;
    CloudletServer& operator=(CloudletServer&&) = delete;

    std::uint16_t port() const;

private:
    class Engine;
    explicit CloudletServer(std::unique_ptr<Engine> engine);
    std::unique_ptr<Engine> m_engine;
};

}  // namespace cloudlet
