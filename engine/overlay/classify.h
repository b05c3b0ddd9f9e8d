// The encoder's first pass: compares an image with the base, chunk by chunk, at the speed of
// memory on all cores, and says of each changed chunk where its content can come from.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/image/chunk_set.h"
#include "engine/overlay/base_images.h"
#include "engine/overlay/plan.h"

namespace cloudlet {

struct ComparedImage {
    const File& file;
    ImageKind kind = ImageKind::disk;
    // Chunks outside the set are known to equal the base's. nullptr: compare all. Chunks past
    // the end of the set are compared.
    const ChunkSet* mayDiffer = nullptr;
};

// What such a set says of a chunk, and of a range of bytes that begins with a chunk.
bool mayDiffer(const ChunkSet* set, std::uint64_t chunk);
bool mayDifferWithin(const ChunkSet* set, Extent block);

// Gives the findings in ascending order to `sink`, in the calling thread. Advances `progress` by
// the bytes of the image. Errors: I/O, those of `sink`, cancelled.
Result<void> classify(const ComparedImage& image, const BaseImages& base,
                      const std::function<Result<void>(const Finding&)>& sink, Progress& progress,
                      std::stop_token stop);

}  // namespace cloudlet
