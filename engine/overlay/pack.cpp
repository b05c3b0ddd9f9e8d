#include "engine/overlay/pack.h"

#include <algorithm>

#include "engine/overlay/compress.h"
#include "engine/overlay/decode.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/table.h"

namespace cloudlet {

namespace {

// What a thread reads into, again and again: fresh room would cost a page fault for each page.
struct Room {
    Bytes content;
    Bytes prefix;
};

Room& room() {
    thread_local Room own;
    return own;
}

// Fills in what follows from the content: hash, frame or plain bytes, checksum.
Result<PackedSegment> finish(Segment segment, ByteView content, ByteView prefix,
                             const Compression& how) {
    PackedSegment packed;
    segment.plainBytes = static_cast<std::uint32_t>(content.size());
    segment.contentHash = sha256(content);
    Compressed compressed = TRY(compressContent(content, prefix, how));
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
    segment.codec = sources.compression.codec;
    const Extent piece = statePiece(sources.state.size(), item.number);
    Bytes& prefix = room().prefix;
    TRY(readPrefix(segment, sources.base, prefix));
    return finish(std::move(segment), sources.state.subspan(piece.offset, piece.length), prefix,
                  sources.compression);
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
    Bytes& content = room().content;
    TRY(readCopies(segment, sources.base, content));
    segment.contentHash = sha256(content);
    return packed;
}

// Reads the chunks, neighbours in one go.
Result<void> readChunks(const File& file, std::span<const std::uint32_t> chunks, Bytes& content) {
    content.resize(chunks.size() * kChunkSize);
    const std::uint64_t size = TRY(file.size());
    for (std::size_t at = 0; at < chunks.size();) {
        std::size_t count = 1;
        while (at + count < chunks.size() && chunks[at + count] == chunks[at] + count) ++count;
        const std::span<std::byte> into =
            std::span(content).subspan(at * kChunkSize, count * kChunkSize);
        TRY(readChunk(file, size, chunks[at], into));
        at += count;
    }
    return {};
}

// The base chunks of the same numbers that can help a compressor; notes in the segment which. One
// of zeros has nothing to offer.
Result<void> takePrefix(Segment& segment, const BaseImages& base, Bytes& prefix) {
    const std::uint64_t baseChunks = base.row().chunksOf(imageKind(segment.kind));
    for (Entry& entry : segment.entries) {
        if (entry.chunk.index < baseChunks) entry.kind = Entry::Kind::delta;
    }
    TRY(readPrefix(segment, base, prefix));
    std::size_t read = 0;
    std::size_t kept = 0;
    for (Entry& entry : segment.entries) {
        if (entry.kind != Entry::Kind::delta) continue;
        const ByteView chunk = ByteView(prefix).subspan(read, kChunkSize);
        read += kChunkSize;
        if (isAllZero(chunk)) {
            entry.kind = Entry::Kind::raw;
            continue;
        }
        std::copy(chunk.begin(), chunk.end(), prefix.begin() + static_cast<std::ptrdiff_t>(kept));
        kept += kChunkSize;
    }
    prefix.resize(kept);
    return {};
}

Result<PackedSegment> packData(const PackItem& item, const PackSources& sources) {
    const OverlayPlan::DataSegment& planned = sources.plan.dataSegments()[item.number];
    const std::span<const std::uint32_t> chunks = sources.plan.chunksOf(planned);
    Segment segment;
    segment.codec = sources.compression.codec;
    segment.kind = segmentKind(planned.image);
    segment.chunkCount = planned.count;
    for (const std::uint32_t chunk : chunks) {
        Entry entry;
        entry.chunk = {planned.image, chunk};
        entry.position = static_cast<std::uint32_t>(segment.entries.size());
        segment.entries.push_back(entry);
    }
    auto& [content, prefix] = room();
    TRY(takePrefix(segment, sources.base, prefix));
    for (const OverlayPlan::Repeat& repeat : sources.plan.repeatsOf(item.number)) {
        Entry entry;
        entry.chunk = {repeat.image, repeat.chunk};
        entry.kind = Entry::Kind::repeat;
        entry.position = repeat.position;
        segment.entries.push_back(entry);
    }
    const File& file = planned.image == ImageKind::disk ? sources.disk : sources.memory;
    TRY(readChunks(file, chunks, content));
    const Compression how =
        planned.texture == Texture::noise ? sources.compression.forNoise() : sources.compression;
    return finish(std::move(segment), content, prefix, how);
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
