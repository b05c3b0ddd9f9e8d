// zstd with a prefix, in one call each way (FORMAT.md, "Frames"). Any thread; each keeps its own
// contexts, which end with it.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace cloudlet {

// The levels of the profiles. Measured, see tests/bench/RESULTS.md.
inline constexpr int kFastestLevel = 2;
inline constexpr int kBalancedLevel = 5;
inline constexpr int kSmallestLevel = 19;  // where LZMA2 is not wanted
inline constexpr int kTableLevel = 9;      // a table is small

// A frame that states the size of `plain`; matches may reach into `prefix`. The same input gives
// the same bytes whatever the thread did before. REQUIRES: the two do not overlap.
Bytes compressFrame(ByteView plain, ByteView prefix, int level);

// The content of one frame of the form that FORMAT.md allows, which must have `plainBytes`.
// Takes no memory before the frame says the same. Errors: corrupt.
Result<Bytes> decompressFrame(ByteView frame, ByteView prefix, std::size_t plainBytes);

}  // namespace cloudlet
