// The hard limits of overlay files, in one place. FORMAT.md states each of them.
#pragma once

#include <cstdint>

#include "engine/image/chunk.h"

namespace cloudlet {

inline constexpr std::uint32_t kOverlayVersion = 2;  // 1 is the original's zip
inline constexpr std::uint64_t kOverlayHeaderSize = 80;
inline constexpr std::uint64_t kMostManifestBytes = 1 << 20;
inline constexpr std::uint64_t kMostTableBytes = 64 << 20;  // some 200 GiB of changed chunks
inline constexpr std::uint64_t kMostSegments = 1 << 18;     // 256 GiB of full ones
inline constexpr std::uint32_t kMostSegmentChunks = 256;
// Plain bytes of a segment: random access costs at most this much decoding.
inline constexpr std::uint32_t kMostSegmentBytes = kMostSegmentChunks * kChunkSize;
inline constexpr std::uint32_t kMostRepeats = 1 << 16;  // bounds what one segment may place
inline constexpr std::uint64_t kMostPreviewBytes = 256 << 10;
inline constexpr std::size_t kMostTitleBytes = 200;
inline constexpr std::size_t kMostNotesBytes = 16 << 10;
inline constexpr std::size_t kMostPorts = 64;

// Chunks of an image of any size; the last one may be cut.
constexpr std::uint64_t chunksCovering(std::uint64_t imageSize) {
    return imageSize / kChunkSize + (imageSize % kChunkSize != 0 ? 1 : 0);
}

}  // namespace cloudlet
