// A base's VM in which somebody works, until an overlay is made of it; and after, as the guest
// outlives a creation that fails or is cancelled, to be looked at and tried again. Behind
// authorOverlay(), which goes through it in one go. One thread at a time.
#pragma once

#include "engine/jobs/guest.h"
#include "engine/jobs/write_overlay.h"

namespace cloudlet {

class AuthorSession {
public:
    struct Start {
        std::string base;  // name, id or unique beginning of an id
        std::string title;
        std::vector<PortForward> forwards;
    };

    // Checks the base, resumes it, opens the forwards, sets the clock. `services` must outlive the
    // result. Errors: notFound, corrupt (the base), incompatible, noSpace, inUse (a port).
    static Result<AuthorSession> begin(const Start& start, const Services& services);

    // Goes on in the VM of a session whose owner is gone. `domain` and errors: Guest::adopt().
    // REQUIRES: the session was begun here.
    static Result<AuthorSession> adopt(const SessionRecord& left, std::unique_ptr<Domain> domain,
                                       const Services& services);

    Guest& guest() { return m_guest; }
    const BaseRecord& base() const { return m_guest.base(); }
    double resumeSeconds() const { return m_resumeSeconds; }

    // Cleans the guest, captures it in two passes, writes the overlay; `request.ports` of none are
    // those that are open. The guest goes on, after an error and a cancel too. These services'
    // progress and stop token are for this call alone.
    Result<CreatedOverlay> createOverlay(OverlayRequest request, const Services& services);

private:
    explicit AuthorSession(Guest guest) : m_guest(std::move(guest)) {}
    Result<void> resume(const Start& start, const Services& services);

    Guest m_guest;
    double m_resumeSeconds = 0;
};

}  // namespace cloudlet
