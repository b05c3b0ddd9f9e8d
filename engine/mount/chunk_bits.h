// Sets of chunks as messages of the channel: a set becomes as many as it takes. Any thread.
#pragma once

#include <functional>

#include "engine/image/chunk_set.h"
#include "engine/mount/message.h"

namespace cloudlet::mountChannel {

// Calls `send` for each message that has a chunk in it; stops at the first error.
Result<void> sendChunks(const ChunkSet& chunks, BitSet set, ImageKind image,
                        const std::function<Result<void>(const Bits&)>& send);

// Adds the chunks of a message to a set. Errors: corrupt, if one lies outside the set's image.
Result<void> addChunks(ChunkSet& chunks, const Bits& bits);

}  // namespace cloudlet::mountChannel
