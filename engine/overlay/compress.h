// Compresses and decompresses the content of one segment by any codec. Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/overlay/profile.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

struct Compressed {
    Codec codec = Codec::stored;
    Bytes bytes;  // with Codec::stored, the content
};

// The slow codecs see a content only after a fast one has shown that it shrinks. What does not
// comes back stored. The same input gives the same bytes.
Result<Compressed> compressContent(ByteView plain, ByteView prefix, const Compression& how);

// REQUIRES: compresses(codec). Errors: corrupt; unsupported (a codec that this build lacks).
Result<Bytes> decompressContent(Codec codec, ByteView stored, ByteView prefix,
                                std::size_t plainBytes);

}  // namespace cloudlet
