// What a server does with what is pushed to it. The real one synthesises and imports
// (synthesis_work.h); tests hand in others. Several sessions at once, from any thread.
#pragma once

#include <stop_token>

#include "engine/net/push_session.h"
#include "engine/overlay/manifest.h"

namespace cloudlet {

// What a session takes of the server, reserved before it is accepted.
struct SessionNeeds {
    std::uint64_t memoryBytes = 0;
    std::uint64_t diskBytes = 0;
    std::string title;
};

class SessionWork {
public:
    virtual ~SessionWork() = default;

    // Whether it can be done here, known before a byte of the payload is sent. `manifest` is the
    // overlay's; null for a base. Errors: notFound (no such base), incompatible, ...
    virtual Result<SessionNeeds> examine(const push::Offer& offer, const Manifest* manifest,
                                         std::stop_token stop) = 0;
    // From accept until the client has finished with it, or has left for good. It tells the
    // session how far it is; of an error and of the end the caller tells.
    virtual Result<void> run(PushSession& session, std::stop_token stop) = 0;
};

}  // namespace cloudlet
