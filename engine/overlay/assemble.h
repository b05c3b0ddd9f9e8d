// The encoder's last steps: packs what a plan says in parallel and writes the overlay file.
// Memory: below 160 MiB, whatever the size of the overlay and the number of cores (profile.h).
// Blocks until done.
#pragma once

#include <functional>
#include <stop_token>

#include "engine/overlay/encode.h"
#include "engine/overlay/pack.h"

namespace cloudlet {

struct AssembleTarget {
    fs::path path;
    // Called with the path of the complete file before it is put in its place; an error of it
    // leaves what was there. May be empty.
    std::function<Result<void>(const fs::path&)> check;
};

// Puts the overlay at its path, whole or not at all; needs up to twice its size beside it
// meanwhile. `manifest`: valid but for what follows from the segments, which is filled in.
// Errors: unsupported (more changes than a file holds), invalid (texts too long), noSpace,
// cancelled, I/O.
Result<OverlaySummary> assembleOverlay(const PackSources& sources, Manifest manifest,
                                       const AssembleTarget& target, Progress& progress,
                                       std::stop_token stop);

}  // namespace cloudlet
