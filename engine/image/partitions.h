// Where the partitions of a disk lie: MBR (its four primary ones) and GPT. Bounded. Any thread.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace cloudlet {

struct Partition {
    unsigned number = 0;  // from 1; 0: the whole disk
    Extent place;         // inside the disk
};

// The whole disk first, as it may hold a file system without partitions. What lies outside the
// disk is left out. Errors: those of `read`.
Result<std::vector<Partition>> partitionsOf(
    const std::function<Result<void>(std::span<std::byte>, std::uint64_t)>& read,
    std::uint64_t diskSize);

}  // namespace cloudlet
