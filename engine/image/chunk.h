// The unit of everything: 4,096 bytes of a disk or memory image, named by image and index.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace cloudlet {

inline constexpr std::uint32_t kChunkSize = 4096;  // x86 page and usual file-system block

enum class ImageKind : std::uint8_t { disk = 0, memory = 1 };

constexpr const char* toString(ImageKind kind) {
    return kind == ImageKind::disk ? "disk" : "memory";
}

// Chunk `index` holds bytes [index * kChunkSize, (index + 1) * kChunkSize) of its image.
struct ChunkRef {
    ImageKind image = ImageKind::disk;
    std::uint64_t index = 0;

    auto operator<=>(const ChunkRef&) const = default;
    std::uint64_t offset() const { return index * kChunkSize; }
};

// REQUIRES: imageSize is a multiple of kChunkSize (images are padded when they are made).
constexpr std::uint64_t chunkCount(std::uint64_t imageSize) {
    return imageSize / kChunkSize;
}

}  // namespace cloudlet
