// What was captured of a VM becomes an overlay: encoded, proven by replay, put in its place, noted
// in the catalog. The end of authoring and of a residue. Blocks until done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/records.h"
#include "engine/jobs/capture.h"
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
};

struct CreatedOverlay {
    OverlaySummary overlay;
    bool cleaned = false;
    double stoppedSeconds = 0;  // the guest stood still for its capture
    double encodeSeconds = 0;
    double verifySeconds = 0;
};

// A VM at one moment, against its base.
struct CapturedVm {
    ImageCapture disk;
    ImageCapture memory;
    Bytes state;
    Bytes preview;                // PNG; too large or empty: none
    std::optional<Hash> overlay;  // that the VM was synthesised from
};

// What the manifest would refuse after all the work. Errors: invalid.
Result<void> checkTexts(const OverlayRequest& request);

// Sets the overlay and the seconds it took in `report`. On error there is no file, and a file that
// was there before stays. Errors: noSpace, corrupt (the proof), cancelled, I/O.
Result<void> writeOverlay(const OverlayRequest& request, const BaseRecord& base,
                          const CapturedVm& captured, CreatedOverlay& report,
                          const Services& services);

}  // namespace cloudlet
