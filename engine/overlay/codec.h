// zstd with a prefix, in one call each way (FORMAT.md, "Frames"). Any thread; each keeps its own
// contexts, which end with it.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace cloudlet {

// Used unless a caller says otherwise. Measured on memory and disk of two boots of a Debian guest
// (38 MiB of chunks, prefixes beside): level 3 gives 13.51 MB, 6 13.06, 9 12.96, 12 no less; the
// steps from 3 to 6 and from 6 to 9 cost 0.1 and 0.35 s of CPU.
inline constexpr int kDefaultLevel = 6;

// A frame that states the size of `plain`; matches may reach into `prefix`. The same input gives
// the same bytes whatever the thread did before. REQUIRES: the two do not overlap.
Bytes compressFrame(ByteView plain, ByteView prefix, int level);

// The content of one frame of the form that FORMAT.md allows, which must have `plainBytes`.
// Takes no memory before the frame says the same. Errors: corrupt.
Result<Bytes> decompressFrame(ByteView frame, ByteView prefix, std::size_t plainBytes);

}  // namespace cloudlet
