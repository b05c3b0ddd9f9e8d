// xdelta3's VCDIFF (RFC 3284) under LZMA2: the method of the Elijah project, for comparison and
// for who wants it (FORMAT.md, "xdelta3"). An option of the build: without it, hasXdelta() is
// false and both functions say unsupported. Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace cloudlet {

bool hasXdelta();
// What to say of a segment or a request that needs it where it is not.
Error missingXdelta();

// Copies may come from `prefix`. The same input gives the same bytes. REQUIRES: not empty.
Result<Bytes> compressXdelta(ByteView plain, ByteView prefix);

// The content of one stream, which must have `plainBytes`. Memory: some 20 MiB, whatever the
// stream says. Errors: corrupt, unsupported.
Result<Bytes> decompressXdelta(ByteView stream, ByteView prefix, std::size_t plainBytes);

}  // namespace cloudlet
