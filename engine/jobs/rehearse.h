// Rehearses the start of an overlay's VM: resumes it in a VM of its own, sees which chunks the
// guest touches until it is ready, and rewrites the overlay so that these lead it. An early start
// then has at once what the guest wants first.
#pragma once

#include <chrono>

#include "engine/jobs/services.h"
#include "engine/jobs/snapshot_trigger.h"
#include "engine/overlay/encode.h"

namespace cloudlet {

struct RehearsalRequest {
    fs::path overlay;
    fs::path output;        // may be the same file
    SnapshotTrigger until;  // when the guest counts as started
    std::chrono::seconds limit{300};
    // What earlier rehearsals found stays in the start set; else it is forgotten.
    bool keepEarlier = true;
};

struct RehearsalReport {
    double readySeconds = 0;              // from the resumed guest to `until`
    std::uint64_t touchedChunks = 0;      // of disk and memory, the base's too
    std::uint64_t touchedOfOverlay = 0;   // those that the overlay brings
    std::uint64_t earlierChunks = 0;      // of the start set before, repeats of others too
    std::uint64_t alreadyInStartSet = 0;  // touched now, and known from earlier
    OverlaySummary overlay;               // as rewritten
};

// Verifies what it writes, chunk by chunk, before it takes the old file's place. Errors: those
// of synthesise() and of the trigger; then the overlay is as it was.
Result<RehearsalReport> rehearse(const RehearsalRequest& request, const Services& services);

// When the VM of an overlay with these ports counts as started, if nobody says: the first TCP
// port answers, or else some seconds have passed.
SnapshotTrigger defaultRehearsalEnd(const std::vector<PortForward>& ports);

}  // namespace cloudlet
