// What was captured of a VM becomes an overlay: encoded, proven by replay, put in its place, noted
// in the catalog. The end of authoring and of a residue. Blocks until done.
#pragma once

#include <string>
#include <vector>

#include "engine/catalog/records.h"
#include "engine/jobs/captured_vm.h"
#include "engine/jobs/clean_guest.h"
#include "engine/jobs/services.h"
#include "engine/overlay/encode.h"

namespace cloudlet {

struct OverlayRequest {
    fs::path output;
    std::string title;
    std::string notes;
    std::vector<PortForward> ports;
    Profile profile = Profile::balanced;
    Cleaning cleaning = Cleaning::whereAgentAnswers;
    bool inCatalog = true;  // else nobody but the caller knows of the file
};

struct CreatedOverlay {
    OverlaySummary overlay;
    bool cleaned = false;
    double stoppedSeconds = 0;  // the guest stood still for its capture
    double encodeSeconds = 0;
    double verifySeconds = 0;
};

// What the manifest would refuse after all the work. Errors: invalid.
Result<void> checkTexts(const OverlayRequest& request);

// Sets the overlay and the seconds it took in `report`. On error there is no file, and a file that
// was there before stays. Errors: noSpace, corrupt (the proof), cancelled, I/O.
Result<void> writeOverlay(const OverlayRequest& request, const BaseRecord& base,
                          const CapturedVm& captured, CreatedOverlay& report,
                          const Services& services);

}  // namespace cloudlet
