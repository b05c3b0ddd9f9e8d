// Clears mounts that nobody looks after any more. Called at start-up, before the run folders of
// dead processes are removed. Any thread; blocks for at most some seconds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/file.h"

namespace cloudlet {

// Looks at every mount of cloudletfs below `runRoot` (the folder of run folders). One whose
// process is dead is unmounted. One whose process lives is ended if `isAbandoned` says so of its
// run folder (nobody holds its lock and no VM uses it); it never touches the mount's files, as a
// hung process would keep us. Returns a sentence for each that was cleared.
Result<std::vector<std::string>> sweepMounts(
    const fs::path& runRoot, const std::function<bool(const fs::path& runFolder)>& isAbandoned);

}  // namespace cloudlet
