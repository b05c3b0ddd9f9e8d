// Authors an overlay: resumes a base, lets a person or a script customise the guest, captures
// what changed while the guest stands still for a moment, encodes it and proves the result by
// replay. The author's VM goes on running after its capture, until this function returns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/jobs/rehearse.h"
#include "engine/jobs/services.h"
#include "engine/jobs/write_overlay.h"
#include "engine/overlay/estimate.h"

namespace cloudlet {

class Domain;

enum class OnError { endVm, keepVm };

struct AuthorRequest {
    std::string base;  // name, id or unique beginning of an id
    fs::path output;
    std::string title;
    std::string notes;
    std::vector<PortForward> forwards;
    // Called while the guest runs; returns when it is to be captured.
    std::function<Result<void>(Domain&, const std::vector<PortForward>&)> customise;
    // Where anybody wants to know: what the overlay would weigh, again and again while the guest is
    // customised. Called on a thread of its own.
    std::function<void(const OverlayEstimate&)> measured;
    Profile profile = Profile::balanced;
    Cleaning cleaning = Cleaning::whereAgentAnswers;
    OnError onError = OnError::endVm;
    // When the VM counts as started in the rehearsal that follows, in a VM of its own; none: no
    // rehearsal.
    std::optional<SnapshotTrigger> rehearseUntil;
};

struct AuthorReport {
    CreatedOverlay created;  // its overlay: as rewritten by a rehearsal
    std::string baseName;
    double resumeSeconds = 0;  // from the save image to the running guest
    std::optional<RehearsalReport> rehearsal;
};

// A rehearsal that fails or is cancelled only leaves a notice: the overlay is whole without it.
Result<AuthorReport> authorOverlay(const AuthorRequest& request, const Services& services);

}  // namespace cloudlet
