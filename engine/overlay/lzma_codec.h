// Raw LZMA2 with a preset dictionary, in one call each way (FORMAT.md, "LZMA2"). Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace cloudlet {

// Matches may reach into `prefix`. The same input gives the same bytes. Memory: some 12 times
// plain and prefix. REQUIRES: `plain` is not empty.
Bytes compressLzma(ByteView plain, ByteView prefix);

// The content of one stream, which must fill its bytes and have `plainBytes`. Memory: plain and
// prefix once more, whatever the stream says. Errors: corrupt.
Result<Bytes> decompressLzma(ByteView stream, ByteView prefix, std::size_t plainBytes);

}  // namespace cloudlet
