// A VM at one moment, against its base: what authoring and a residue capture, and an overlay is
// made of. One thread at a time.
#pragma once

#include <optional>

#include "engine/jobs/capture.h"
#include "engine/jobs/guest.h"

namespace cloudlet {

// The images of a running guest and of its base, open.
struct GuestFiles {
    File baseDisk;
    File baseMemory;
    File disk;
    File memory;

    static Result<GuestFiles> open(const Guest& guest);
};

struct CapturedVm {
    ImageCapture disk;
    ImageCapture memory;
    Bytes state;
    Bytes preview;                // PNG; too large or empty: none
    std::optional<Hash> overlay;  // that the VM was synthesised from

    // Of nothing yet. `files` must outlive it. Errors: noSpace, I/O.
    static Result<CapturedVm> begin(const Guest& guest, const GuestFiles& files);

    // The console as it looks now; without one, if that fails.
    void takePicture(Guest& guest, const Services& services);
    // What the mount saw written or trimmed since the base, as the disk has it now.
    // Errors: those of Mount::changes() and ImageCapture::update().
    Result<void> updateDisk(Guest& guest, const Services& services);
};

}  // namespace cloudlet
