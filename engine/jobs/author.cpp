#include "engine/jobs/author.h"

#include <thread>

#include "engine/jobs/author_session.h"
#include "engine/jobs/overlay_meter.h"

namespace cloudlet {

namespace {

// The VM stays for the person to look at; the message says how to reach and how to end it.
Error keptForInspection(Guest& guest, const Error& error) {
    const std::string console = guest.domain().consoleAddress().string();
    const Result<std::string> session = guest.keep();
    if (!session) return {error.code, error.message + "\n" + session.error().message};
    const std::string id = session->substr(0, 8);
    return {error.code, error.message + "\nThe VM is kept as session " + id +
                            ": its console is vnc+unix://" + console +
                            "; make an overlay of it all the same with: cloudlet residue " + id +
                            " -o FILE; end it with: cloudlet stop " + id};
}

Result<CreatedOverlay> authorIn(AuthorSession& session, const AuthorRequest& request,
                                const OverlayRequest& overlay, const Services& services) {
    {
        std::jthread meter;  // ends before the capture begins
        if (request.measured) {
            meter = std::jthread([&](const std::stop_token& stop) {
                followOverlay(session, request.measured, stop);
            });
        }
        Guest& guest = session.guest();
        TRY(request.customise(guest.domain(), guest.forwards()));
    }
    return session.createOverlay(overlay, services);
}

Result<AuthorReport> authorInOwnVm(const AuthorRequest& request, const OverlayRequest& overlay,
                                   const Services& services) {
    AuthorSession session =
        TRY(AuthorSession::begin({request.base, request.title, request.forwards}, services));
    Result<CreatedOverlay> created = authorIn(session, request, overlay, services);
    if (!created) {
        session.guest().fail(created.error());
        if (request.onError == OnError::keepVm) {
            return keptForInspection(session.guest(), created.error());
        }
        return created.error();
    }
    return AuthorReport{
        std::move(created).value(), session.base().name, session.resumeSeconds(), {}};
}

void rehearseAuthored(const AuthorRequest& request, AuthorReport& report,
                      const Services& services) {
    Result<RehearsalReport> done =
        rehearse({request.output, request.output, *request.rehearseUntil}, services);
    if (!done) {
        services.progress.notice("The overlay is whole, but starts slower: its rehearsal ended (" +
                                 done.error().message + "). Repeat it with cloudlet rehearse.");
        return;
    }
    report.created.overlay = done->overlay;
    report.rehearsal = std::move(done).value();
}

}  // namespace

Result<AuthorReport> authorOverlay(const AuthorRequest& request, const Services& services) {
    const OverlayRequest overlay{request.output,   request.title,   request.notes,
                                 request.forwards, request.profile, request.cleaning};
    TRY(checkTexts(overlay));
    AuthorReport report = TRY(authorInOwnVm(request, overlay, services));  // its VM is gone by now
    if (request.rehearseUntil) rehearseAuthored(request, report, services);
    return report;
}

}  // namespace cloudlet
