// Proves that an overlay gives back two images: the last step of authoring, before the originals
// go. Reads all of them once and writes nothing. Memory: as replay, and a bit for each chunk.
#pragma once

#include <stop_token>

#include "engine/image/chunk_set.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

struct OriginalImages {
    const File& disk;
    const File& memory;
    // As in EncodeInput: other chunks are known to be the base's and are not read.
    const ChunkSet* diskMayDiffer = nullptr;
    const ChunkSet* memoryMayDiffer = nullptr;
};

// Every chunk, the unchanged ones too, is compared with what base and overlay give for it.
// Errors: corrupt, naming the first chunk that differs; incompatible, cancelled, I/O.
Result<void> compareReplay(const OverlayReader& overlay, const BaseImages& base,
                           const OriginalImages& originals, Progress& progress,
                           std::stop_token stop);

}  // namespace cloudlet
