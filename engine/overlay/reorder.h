// Rewrites an overlay so that what its VM touches first leads it: the last step of a rehearsal.
// What base and overlay give stays the same; the id and the segments become new ones. Memory: as
// encoding, and 24 bytes for each changed chunk. Blocks until done.
#pragma once

#include <stop_token>

#include "engine/overlay/encode.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

// Without a profile in the options, the overlay keeps its own.
// Writes what encodeOverlay with the same options would have written of the images that `overlay`
// was made of, to `out`, which may be the file that `overlay` is read from. The new file is
// compared with the old, chunk by chunk, before it takes its place. Needs room for the chunks of
// the overlay, unpacked, and twice its size beside `out` meanwhile.
// REQUIRES: `base` opened for any purpose. Errors: incompatible, corrupt, noSpace, cancelled, I/O;
// then what was at `out` is unchanged.
Result<OverlaySummary> reorderOverlay(const OverlayReader& overlay, const BaseImages& base,
                                      const EncodeOptions& options, const fs::path& out,
                                      Progress& progress, std::stop_token stop);

}  // namespace cloudlet
