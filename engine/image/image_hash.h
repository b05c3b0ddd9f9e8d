// The hash of a disk or memory image: SHA-256 over a domain tag, the size and the SHA-256 of
// each 1 MiB block in order. Blocks are hashed on all cores and holes cost nothing, which a
// plain SHA-256 of the file could not offer.
//
//   hash = SHA-256("cloudlet image 1" | u64 size, little-endian | SHA-256(block 0) | ...)
//
// The last block may be short. Blocks until done; any thread.
#pragma once

#include <stop_token>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/progress.h"

namespace cloudlet {

inline constexpr std::uint64_t kImageHashBlock = 1 << 20;

// Advances `progress` by the bytes of the image, holes included.
Result<Hash> hashImage(const File& image, Progress& progress, std::stop_token stop);

}  // namespace cloudlet
