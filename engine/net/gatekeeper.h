// Who may do what at a server: asked by the server for every request, before anything else is read
// of it. The server's program hands in one that knows the paired devices. Any thread.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace cloudlet {

enum class Role;

// A paired device as the server knows it.
struct Peer {
    std::string id;
    std::string name;  // what it calls itself; escape it
    Role role{};
};

class Gatekeeper {
public:
    virtual ~Gatekeeper() = default;

    // `source` is the address that the request comes from; too many failures from one are refused
    // before the token is looked at. Errors: permission.
    virtual Result<Peer> peerOf(const std::string& token, const std::string& source) = 0;
    // The device's own token for a one-time secret. Errors: permission.
    virtual Result<std::string> admit(const std::string& secret, const std::string& name,
                                      const std::string& source) = 0;
    // Whether it has not been revoked since; asked about every second while it has a connection.
    virtual bool isTrusted(const Peer& peer) = 0;
};

}  // namespace cloudlet
