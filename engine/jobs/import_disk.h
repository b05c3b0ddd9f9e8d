// Brings a disk image from outside into a raw image of our own. Blocks; any thread.
#pragma once

#include <stop_token>

#include "engine/base/file.h"
#include "engine/base/progress.h"

namespace cloudlet {

// Copies `source` (raw, or qcow2 without a backing file) to a new file `target`, sparse, its
// size rounded up to whole chunks. The source is opened for reading only.
// Errors: invalid (empty, compressed or in another format, with the command that converts it),
// noSpace, cancelled, failed.
Result<void> importDisk(const fs::path& source, const fs::path& target, Progress& progress,
                        std::stop_token stop);

// Makes each chunk of zeros a hole, also where blocks were only reserved. REQUIRES: nobody else
// uses the file.
Result<void> punchZeroChunks(File& image, Progress& progress, std::stop_token stop);

}  // namespace cloudlet
