// Pushes an overlay, or a base's package, to a cloudlet and stays with it until it is over; after a
// cut it comes back and goes on. One push is one call that blocks.
#pragma once

#include <optional>
#include <stop_token>

#include "engine/net/message.h"
#include "engine/net/server_access.h"
#include "engine/overlay/chunk_source.h"

namespace cloudlet {

// Who is told how a push goes, on the thread that pushes; it must not block.
class PushObserver {
public:
    virtual ~PushObserver() = default;

    virtual void accepted(const push::Accept&) {}
    virtual void state(const push::State&) {}
    virtual void statistics(const push::Statistics&) {}
    // In order. An error ends the push.
    virtual Result<void> residue(const push::Residue&) { return {}; }
    // The line is cut; the push tries to come back. Not called again while nothing else happens.
    virtual void cut(const Error&) {}
    // Asked some times a second while it is accepted: what is to become of the session now.
    virtual std::optional<push::Then> wanted() = 0;
};

struct PushPlan {
    ServerAccess server;
    ChunkSource* source = nullptr;  // not owned
    push::What what = push::What::overlay;
    push::Start start = push::Start::early;
    std::vector<PortForward> forwards;
    // How long it tries to come back after a cut.
    std::chrono::seconds patience{60};
};

// Returns when the session has ended, or the server lets it run on (Then::keep). Errors: those by
// which the server refuses (notFound, incompatible, inUse, noSpace, permission) or with which the
// session fails; unavailable, when the line cannot be had again; cancelled, and then the session
// is ended, if the server can be told; one whose residue is on its way keeps it.
Result<void> pushToServer(const PushPlan& plan, PushObserver& observer, std::stop_token stop);

// Fetches what the VM of a session that was left running has become; the VM ends. Errors: notFound,
// if it is not this device's, or gone; unavailable; cancelled: the cloudlet keeps the residue for
// another try.
Result<void> fetchResidue(const ServerAccess& server, const std::string& session,
                          PushObserver& observer, std::stop_token stop);

}  // namespace cloudlet
