// An overlay made of a synthesised VM after use, so that what it has become can be brought to life
// again. Its memory is private to QEMU, which therefore streams it: most of it while the guest
// runs, the rest while it stands still for a moment. The VM goes on.
#pragma once

#include "engine/jobs/synthesise.h"
#include "engine/jobs/write_overlay.h"

namespace cloudlet {

// Waits until the overlay has arrived. The residue is made against the same base and names that
// overlay as its parent; `request.ports` of none are those of the overlay.
// The VM goes on after an error and a cancel too, unless check() says otherwise.
// Errors: those of Synthesised::check(), noSpace, cancelled.
Result<CreatedOverlay> captureResidue(Synthesised& vm, OverlayRequest request,
                                      const Services& services);

// The same of a synthesised VM that outlived its program (Guest::adopt); of no ports, its forwards
// with any free port of the host.
Result<CreatedOverlay> captureResidue(Guest& guest, OverlayRequest request,
                                      const Services& services);

}  // namespace cloudlet
