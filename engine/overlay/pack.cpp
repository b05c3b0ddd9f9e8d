#include "engine/overlay/pack.h"

#include <algorithm>

#include "engine/overlay/compress.h"
#include "engine/overlay/decode.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/table.h"

namespace cloudlet {

namespace {

// Fills in what follows from the content: hash, frame or plain bytes, checksum.
Result<PackedSegment> finish(Segment segment, Bytes content, const PackSources& sources) {
    PackedSegment packed;
    segment.plainBytes = static_cast<std::uint32_t>(content.size());
    segment.contentHash = sha256(content);
    segment.codec = sources.compression.codec;
    const Bytes prefix = TRY(prefixOf(segment, sources.base));
    Compressed compressed = TRY(compressContent(std::move(content), prefix, sources.compression));
    segment.codec = compressed.codec;
    if (segment.codec == Codec::stored) {
        for (std::uint32_t i = 0; i < segment.chunkCount; ++i) {
            segment.entries[i].kind = Entry::Kind::raw;
        }
    }
    packed.stored = std::move(compressed.bytes);
    segment.checksum = checksum64(packed.stored);
    segment.stored.length = packed.stored.size();
    packed.segment = std::move(segment);
    return packed;
}

Result<PackedSegment> packState(const PackItem& item, const PackSources& sources) {
    Segment segment;
    segment.kind = SegmentKind::state;
    segment.statePiece = item.number;
    const Extent piece = statePiece(sources.state.size(), item.number);
    const ByteView bytes = sources.state.subspan(piece.offset, piece.length);
    return finish(std::move(segment), Bytes(bytes.begin(), bytes.end()), sources);
}

Result<PackedSegment> packCopies(const PackItem& item, const PackSources& sources) {
    const std::span<const OverlayPlan::Copy> all(sources.plan.copies(item.image));
    const auto copies =
        all.subspan(item.number)
            .first(std::min<std::size_t>(kMostSegmentChunks, all.size() - item.number));
    PackedSegment packed;
    Segment& segment = packed.segment;
    segment.codec = Codec::copy;
    segment.kind = segmentKind(item.image);
    segment.chunkCount = static_cast<std::uint32_t>(copies.size());
    segment.plainBytes = segment.chunkCount * kChunkSize;
    for (const OverlayPlan::Copy& copy : copies) {
        Entry entry;
        entry.chunk = {item.image, copy.chunk};
        entry.kind = Entry::Kind::copy;
        entry.position = static_cast<std::uint32_t>(segment.entries.size());
        entry.source = sources.base.row().at(copy.source);
        segment.entries.push_back(entry);
    }
    const Bytes content = TRY(decodeUnchecked(segment, {}, sources.base));
    segment.contentHash = sha256(content);
    return packed;
}

// Reads the chunks, neighbours in one go.
Result<Bytes> readChunks(const File& file, std::span<const std::uint32_t> chunks) {
    Bytes content(chunks.size() * kChunkSize);
    const std::uint64_t size = TRY(file.size());
    for (std::size_t at = 0; at < chunks.size();) {
        std::size_t count = 1;
        while (at + count < chunks.size() && chunks[at + count] == chunks[at] + count) ++count;
        const std::span<std::byte> into =
            std::span(content).subspan(at * kChunkSize, count * kChunkSize);
        TRY(readChunk(file, size, chunks[at], into));
        at += count;
    }
    return content;
}

Result<PackedSegment> packData(const PackItem& item, const PackSources& sources) {
    const OverlayPlan::DataSegment& planned = sources.plan.dataSegments()[item.number];
    const std::span<const std::uint32_t> chunks = sources.plan.chunksOf(planned);
    Segment segment;
    segment.kind = segmentKind(planned.image);
    segment.chunkCount = planned.count;
    for (const std::uint32_t chunk : chunks) {
        Entry entry;
        entry.chunk = {planned.image, chunk};
        entry.position = static_cast<std::uint32_t>(segment.entries.size());
        // A base chunk of zeros has nothing to offer to a compressor.
        if (!isAllZero(sources.base.chunk(entry.chunk))) entry.kind = Entry::Kind::delta;
        segment.entries.push_back(entry);
    }
    for (const OverlayPlan::Repeat& repeat : sources.plan.repeatsOf(item.number)) {
        Entry entry;
        entry.chunk = {repeat.image, repeat.chunk};
        entry.kind = Entry::Kind::repeat;
        entry.position = repeat.position;
        segment.entries.push_back(entry);
    }
    const File& file = planned.image == ImageKind::disk ? sources.disk : sources.memory;
    Bytes content = TRY(readChunks(file, chunks));
    PackedSegment packed = TRY(finish(std::move(segment), std::move(content), sources));
    const std::uint64_t first = std::uint64_t{chunks.front()} * kChunkSize;
    const std::uint64_t end = (std::uint64_t{chunks.back()} + 1) * kChunkSize;
    sources.base.release(planned.image, {first, end - first});
    return packed;
}

}  // namespace

std::vector<PackItem> packItems(const PackSources& sources) {
    std::vector<PackItem> items;
    for (std::uint32_t i = 0; statePiece(sources.state.size(), i).length > 0; ++i) {
        items.push_back({PackItem::Kind::state, ImageKind::disk, i});
    }
    for (const ImageKind image : {ImageKind::memory, ImageKind::disk}) {
        const std::size_t count = sources.plan.copies(image).size();
        for (std::size_t i = 0; i < count; i += kMostSegmentChunks) {
            items.push_back({PackItem::Kind::copies, image, static_cast<std::uint32_t>(i)});
        }
    }
    for (std::uint32_t i = 0; i < sources.plan.dataSegments().size(); ++i) {
        items.push_back({PackItem::Kind::data, ImageKind::disk, i});
    }
    return items;
}

Result<PackedSegment> pack(const PackItem& item, const PackSources& sources) {
    switch (item.kind) {
        case PackItem::Kind::state:
            return packState(item, sources);
        case PackItem::Kind::copies:
            return packCopies(item, sources);
        case PackItem::Kind::data:
            break;
    }
    return packData(item, sources);
}

}  // namespace cloudlet
