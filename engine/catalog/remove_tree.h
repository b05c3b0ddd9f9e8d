// Removes a folder and all in it, without leaving it: links are not followed, and a file system
// mounted somewhere inside stops it, so that sweeping a run folder never empties a live mount.
// Blocks; any thread. Errors: inUse (a mount inside), I/O. Success if nothing is there.
#pragma once

#include <filesystem>

#include "engine/base/result.h"

namespace cloudlet {

Result<void> removeTree(const std::filesystem::path& path);

}  // namespace cloudlet
