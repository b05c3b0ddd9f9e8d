#include "engine/overlay/decode.h"

#include <algorithm>

#include "engine/base/confine.h"
#include "engine/overlay/compress.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/table.h"

namespace cloudlet {

namespace {

// The base chunks one after the other, neighbours read in one go.
Result<void> gather(const BaseImages& base, std::span<const ChunkRef> chunks, Bytes& into) {
    into.resize(chunks.size() * kChunkSize);
    for (std::size_t at = 0; at < chunks.size();) {
        std::size_t count = 1;
        while (at + count < chunks.size() && chunks[at + count].image == chunks[at].image &&
               chunks[at + count].index == chunks[at].index + count) {
            ++count;
        }
        TRY(base.read(chunks[at], std::span(into).subspan(at * kChunkSize, count * kChunkSize)));
        at += count;
    }
    return {};
}

}  // namespace

Result<void> readCopies(const Segment& segment, const BaseImages& base, Bytes& into) {
    std::vector<ChunkRef> sources;
    for (const Entry& entry : segment.entries) sources.push_back(entry.source);
    return gather(base, sources, into);
}

Result<void> readPrefix(const Segment& segment, const BaseImages& base, Bytes& into) {
    if (!compresses(segment.codec)) {
        into.clear();
        return {};
    }
    if (segment.kind == SegmentKind::state) {
        const Extent range = statePrefix(base.state().size(), segment.statePiece);
        const ByteView bytes = base.state().subspan(range.offset, range.length);
        into.assign(bytes.begin(), bytes.end());
        return {};
    }
    std::vector<ChunkRef> chunks;
    for (std::uint32_t i = 0; i < segment.chunkCount; ++i) {
        const Entry& entry = segment.entries[i];
        if (entry.kind == Entry::Kind::delta) chunks.push_back(entry.chunk);
    }
    return gather(base, chunks, into);
}

Result<Bytes> decodeUnchecked(const Segment& segment, ByteView stored, const BaseImages& base) {
    if (segment.codec == Codec::copy) {
        Bytes content;
        TRY(readCopies(segment, base, content));
        return content;
    }
    if (segment.codec == Codec::stored) return Bytes(stored.begin(), stored.end());
    Bytes prefix;
    TRY(readPrefix(segment, base, prefix));
    return decompressContent(segment.codec, stored, prefix, segment.plainBytes);
}

Result<DecodedSegment> decodeSegment(Segment segment, ByteView stored, const BaseImages& base) {
    if (stored.size() != segment.stored.length ||
        (segment.codec != Codec::copy && checksum64(stored) != segment.checksum)) {
        return Error{ErrorCode::corrupt, "its bytes are not those that were written"};
    }
    DecodedSegment decoded;
    Result<Bytes> content = confined([&] { return decodeUnchecked(segment, stored, base); });
    if (content && sha256(*content) == segment.contentHash) {
        decoded.segment = std::move(segment);
        decoded.content = std::move(*content);
        return decoded;
    }
    if (!content && content.error().code != ErrorCode::corrupt) return std::move(content).error();
    // The overlay's bytes are intact, so look at the other ingredient first.
    if (segment.usesBase()) {
        return Error{ErrorCode::corrupt,
                     "it does not give the content it should although its bytes are intact: an "
                     "image of the base has changed, verify the base"};
    }
    return Error{ErrorCode::corrupt, "it does not give the content it should"};
}

}  // namespace cloudlet
