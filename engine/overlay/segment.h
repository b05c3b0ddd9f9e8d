// Segments of an overlay: some chunks compressed together, decodable alone (FORMAT.md,
// "Segment record"). Plain values. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/image/chunk.h"

namespace cloudlet {

enum class Codec : std::uint8_t { stored = 1, zstd = 2, copy = 3, lzma = 4, xdelta3 = 5 };

// Whether segments of this codec are shorter than their content, with the base's help.
constexpr bool compresses(Codec codec) {
    return codec != Codec::stored && codec != Codec::copy;
}

enum class SegmentKind : std::uint8_t { disk = 0, memory = 1, state = 2 };

constexpr SegmentKind segmentKind(ImageKind image) {
    return image == ImageKind::disk ? SegmentKind::disk : SegmentKind::memory;
}
// REQUIRES: not the device state.
constexpr ImageKind imageKind(SegmentKind kind) {
    return kind == SegmentKind::disk ? ImageKind::disk : ImageKind::memory;
}

// Where the bytes of one chunk come from.
struct Entry {
    enum class Kind : std::uint8_t {
        raw,     // the segment's content, by itself
        delta,   // the segment's content, the base chunk of the same number helping
        copy,    // equal to the base chunk `source`
        repeat,  // equal to another chunk of the segment
    };

    ChunkRef chunk;
    Kind kind = Kind::raw;
    std::uint32_t position = 0;  // its bytes: content[position * kChunkSize ...]
    ChunkRef source;             // copy only

    bool operator==(const Entry&) const = default;
};

struct Segment {
    Codec codec = Codec::stored;
    SegmentKind kind = SegmentKind::disk;
    std::uint32_t plainBytes = 0;
    Extent stored;               // of the file; empty with Codec::copy
    std::uint64_t checksum = 0;  // XXH3-64 of the stored bytes
    Hash contentHash;            // SHA-256 of the plain bytes
    // The first chunkCount entries are the segment's own chunks, position = place in the list,
    // ascending; then its repeats, of the disk and of the memory, each ascending.
    std::uint32_t chunkCount = 0;
    std::vector<Entry> entries;
    std::uint32_t statePiece = 0;  // state only: the content is this MiB of the device state

    bool usesBase() const;  // its content depends on bytes of the base
};

inline bool Segment::usesBase() const {
    if (kind == SegmentKind::state) return compresses(codec);
    for (std::uint32_t i = 0; i < chunkCount; ++i) {
        if (entries[i].kind == Entry::Kind::delta || entries[i].kind == Entry::Kind::copy) {
            return true;
        }
    }
    return false;
}

// Entries from `first` on that lie side by side in the image and in the content.
inline std::size_t runLength(std::span<const Entry> entries, std::size_t first) {
    std::size_t length = 1;
    while (first + length < entries.size()) {
        const Entry& before = entries[first + length - 1];
        const Entry& entry = entries[first + length];
        if (entry.chunk.image != before.chunk.image ||
            entry.chunk.index != before.chunk.index + 1 || entry.position != before.position + 1) {
            break;
        }
        ++length;
    }
    return length;
}

// Base chunks in one row, disk before memory, as copies name them.
struct BaseRow {
    std::uint64_t diskChunks = 0;
    std::uint64_t memoryChunks = 0;

    std::uint64_t size() const { return diskChunks + memoryChunks; }
    std::uint64_t chunksOf(ImageKind image) const {
        return image == ImageKind::disk ? diskChunks : memoryChunks;
    }
    std::uint64_t place(ChunkRef chunk) const {
        return chunk.image == ImageKind::disk ? chunk.index : diskChunks + chunk.index;
    }
    // REQUIRES: place < size().
    ChunkRef at(std::uint64_t place) const {
        return place < diskChunks ? ChunkRef{ImageKind::disk, place}
                                  : ChunkRef{ImageKind::memory, place - diskChunks};
    }
};

}  // namespace cloudlet
