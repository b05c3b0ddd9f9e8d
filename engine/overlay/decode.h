// Decodes one segment of an overlay. Memory: the segment and its prefix, some 3 MiB. Any thread.
#pragma once

#include <vector>

#include "engine/overlay/base_images.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

// A segment's plain content and what belongs where.
struct DecodedSegment {
    Segment segment;
    Bytes content;

    ByteView bytesOf(const Entry& entry) const {
        return ByteView(content).subspan(std::size_t{entry.position} * kChunkSize, kChunkSize);
    }
};

// The plain bytes before their hash is checked: for decodeSegment and for fuzzing.
// Errors: corrupt.
Result<Bytes> decodeUnchecked(const Segment& segment, ByteView stored, const BaseImages& base);

// `stored`: the segment's bytes of the file. Checks them before and the content after decoding,
// which a confined thread does.
// REQUIRES: `base` is the base that the overlay names. Errors: corrupt; unsupported, I/O.
Result<DecodedSegment> decodeSegment(Segment segment, ByteView stored, const BaseImages& base);

// Segments to decode at once, on however many cores: some 6 MiB each.
inline constexpr unsigned kMostDecoders = 16;

// What compression of a segment may refer to (FORMAT.md, "Prefix"). Errors: I/O.
// Replaces what is in `into`, whose room a caller may use again.
Result<void> readPrefix(const Segment& segment, const BaseImages& base, Bytes& into);

// The content of a segment of copies. Likewise.
Result<void> readCopies(const Segment& segment, const BaseImages& base, Bytes& into);

}  // namespace cloudlet
