// Puts an overlay and its base together, and proves that they fit. Memory: some 4 MiB for each
// core; mapped pages of the base beside. All block until done; the caller's thread takes part.
#pragma once

#include <stop_token>

#include "engine/overlay/reader.h"

namespace cloudlet {

struct TargetImages {
    File& disk;
    File& memory;
    File& of(ImageKind image) const { return image == ImageKind::disk ? disk : memory; }
};

// Turns copies of the base's images into the overlay's: sets their sizes, frees zero chunks and
// writes the others, each only after its hash was checked. Does not sync. REQUIRES: `targets`
// hold what the base's images hold. Errors: incompatible, corrupt, noSpace, cancelled; then the
// targets are of no use.
Result<void> replayOverlay(const OverlayReader& overlay, const BaseImages& base,
                           TargetImages targets, Progress& progress, std::stop_token stop);

// Writes the chunks of one segment to the targets, neighbours in one go. Errors: noSpace, I/O.
Result<void> placeSegment(const DecodedSegment& decoded, const Manifest& manifest,
                          TargetImages targets);

struct VerifyReport {
    std::size_t segments = 0;
    std::uint64_t chunks = 0;       // that have content in the overlay or the base; zeros not
    std::uint64_t plainBytes = 0;   // decoded, device state included
    std::uint64_t storedBytes = 0;  // read
};

// Decodes all of an overlay and checks every hash; writes nothing. Base chunks that the overlay
// does not use are not looked at. Errors: incompatible, corrupt (naming the segment), cancelled.
Result<VerifyReport> verifyOverlay(const OverlayReader& overlay, const BaseImages& base,
                                   Progress& progress, std::stop_token stop);

}  // namespace cloudlet
