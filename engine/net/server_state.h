// What a cloudlet tells of itself: the bases it holds, how busy it is, the sessions that this
// device may see; and whether an overlay would find there what it needs. Any thread; asking blocks.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/image/port_forward.h"
#include "engine/net/role.h"
#include "engine/net/server_access.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

struct ServerState {
    struct Base {
        BaseId id;
        std::string name;  // one line, as titles and phases are
        std::uint64_t diskBytes = 0;
        std::uint64_t memoryBytes = 0;
    };
    struct Session {
        std::string id;  // empty: another device's, of which only what follows is told
        std::string title;
        std::string phase;  // as in PROTOCOL.md
        std::uint64_t receivedBytes = 0;
        std::uint64_t totalBytes = 0;
        std::vector<PortForward> forwards;
    };
    // Something that there is only so much of.
    struct Share {
        std::uint64_t used = 0;
        std::uint64_t limit = 0;
        std::uint64_t free() const { return limit > used ? limit - used : 0; }
    };

    std::vector<Base> bases;
    std::vector<Session> sessions;
    Share running;  // sessions
    Share memory;   // bytes
    Share disk;     // bytes
};

Result<std::vector<ServerState::Base>> readBases(const ServerAccess& access, std::stop_token stop);
bool holdsBase(const std::vector<ServerState::Base>& bases, const BaseId& id);

// Ends a session of this device, or any as an admin, and its VM. Errors: askServer's, of which
// notFound says that there is none; invalid (no id).
Result<void> endSession(const ServerAccess& access, const std::string& session,
                        std::stop_token stop);

// Three requests. Errors: askServer's; corrupt (no answers of this protocol).
Result<ServerState> readServerState(const ServerAccess& access, std::stop_token stop);

// The answers to the requests for bases, statistics and sessions. Errors: corrupt.
Result<ServerState> parseServerState(const json::Object& bases, const json::Object& statistics,
                                     const json::Object& sessions);

// Whether the cloudlet may be expected to take the overlay from a device of that role. What only it
// knows (CPU, QEMU) it says itself before it takes any content. Errors, each with its remedy:
// permission, invalid (no machine in the overlay), notFound (the base), inUse (sessions, memory).
Result<void> checkFit(const ServerState& state, Role role, const Manifest& manifest);

// That the cloudlet lacks the overlay's base, and what a device of that role can do about it:
// notFound.
Error lacksBase(const Manifest& overlay, Role role);

}  // namespace cloudlet
