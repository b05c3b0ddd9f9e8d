// The mounts of cloudletfs as the kernel lists them, and how one ends when its process cannot do
// it. None of it touches the files of a mount, as a hung process would keep us. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/file.h"

namespace cloudlet {

// The mount points of cloudletfs in the text of /proc/self/mountinfo (proc(5)). A line that is
// none of ours, or makes no sense, is passed over.
std::vector<fs::path> mountPointsIn(std::string_view mountInfo);
Result<std::vector<fs::path>> mountPoints();

// Takes the mount away, lazily if files in it are open. Root does it itself, another user by
// fusermount3. Not being mounted is no error.
Result<void> unmount(const fs::path& mountPoint);

}  // namespace cloudlet
