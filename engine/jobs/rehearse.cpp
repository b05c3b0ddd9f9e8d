#include "engine/jobs/rehearse.h"

#include <algorithm>

#include "engine/base/stopwatch.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/import_overlay.h"
#include "engine/jobs/opened_overlay.h"
#include "engine/jobs/synthesise.h"
#include "engine/overlay/chunk_places.h"
#include "engine/overlay/reorder.h"

namespace cloudlet {

namespace {

// After a port accepts: its service answers its first client, and what it began comes to an end.
constexpr std::chrono::seconds kFirstAnswer{5};
constexpr std::chrono::milliseconds kAfterAnswer{50};
// A guest without a service has drawn its screen and settled by then.
constexpr std::chrono::seconds kSettled{5};

// The chunks of the start set, in its order.
std::vector<ChunkRef> startSetOf(const OverlayReader& overlay) {
    std::vector<ChunkRef> chunks;
    const std::optional<StartSet>& set = overlay.manifest().startSet;
    if (!set) return chunks;
    for (std::uint64_t i = set->firstSegment; i < set->firstSegment + set->segments; ++i) {
        for (const Entry& entry : overlay.segment(i).entries) chunks.push_back(entry.chunk);
    }
    return chunks;
}

Result<void> waitUntilStarted(const RehearsalRequest& request, Domain& domain,
                              const Services& services) {
    TRY(waitFor(request.until, domain, request.limit, services.progress, services.stop));
    const auto* port = std::get_if<GuestPortAnswers>(&request.until);
    if (port == nullptr) return {};
    TRY(askGuestPort(domain, port->port, kFirstAnswer, services.stop));
    return pauseFor(kAfterAnswer, services.stop);
}

// Resumes, waits, and tells what was touched on the way.
Result<std::vector<ChunkRef>> touchesOfStart(const RehearsalRequest& request,
                                             RehearsalReport& report, ChunkSource& source,
                                             const Services& services) {
    SynthesisRequest synthesis;
    synthesis.source = &source;
    synthesis.rehearsal = true;
    Synthesised vm = TRY(synthesise(synthesis, services));
    const Stopwatch began;
    const Result<void> ready = waitUntilStarted(request, vm.guest.domain(), services);
    if (!ready) {
        const Error reason = vm.reasonOf(ready.error());
        vm.guest.fail(reason);
        return reason;
    }
    report.readySeconds = began.seconds();
    return vm.guest.mount().touches();
}

// What is in the start set already keeps its place; what is touched for the first time follows.
std::vector<ChunkRef> merged(std::vector<ChunkRef> earlier, const std::vector<ChunkRef>& touches,
                             const ChunkPlaces& places, RehearsalReport& report) {
    std::vector<ChunkRef> known = earlier;
    std::sort(known.begin(), known.end());
    std::vector<ChunkRef> result = std::move(earlier);
    for (const ChunkRef& chunk : touches) {
        if (places.find(chunk).kind != ChunkPlace::Kind::fetched) continue;
        ++report.touchedOfOverlay;
        if (std::binary_search(known.begin(), known.end(), chunk)) {
            ++report.alreadyInStartSet;
        } else {
            result.push_back(chunk);
        }
    }
    return result;
}

}  // namespace

Result<RehearsalReport> rehearse(const RehearsalRequest& request, const Services& services) {
    FileSource source = TRY(FileSource::open(request.overlay));
    RehearsalReport report;
    const std::vector<ChunkRef> touches = TRY(touchesOfStart(request, report, source, services));
    report.touchedChunks = touches.size();
    const OpenedOverlay opened =
        TRY(OpenedOverlay::open(request.overlay, services.catalog, "rehearses an overlay",
                                services.progress, services.stop));
    const OverlayReader& overlay = opened.overlay();
    std::vector<ChunkRef> earlier = startSetOf(overlay);
    report.earlierChunks = earlier.size();
    if (!request.keepEarlier) earlier.clear();
    EncodeOptions options;
    options.startSet = merged(std::move(earlier), touches, ChunkPlaces(overlay), report);
    report.overlay = TRY(reorderOverlay(overlay, opened.base(), options, request.output,
                                        services.progress, services.stop));
    const OverlaySummary& written = report.overlay;
    TRY(services.catalog.recordOverlay(
        overlayRecordOf(request.output, written.manifest, written.id, written.fileBytes)));
    return report;
}

SnapshotTrigger defaultRehearsalEnd(const std::vector<PortForward>& ports) {
    for (const PortForward& port : ports) {
        if (port.protocol == PortForward::Protocol::tcp) return GuestPortAnswers{port.guestPort};
    }
    return TimePassed{kSettled};
}

}  // namespace cloudlet
