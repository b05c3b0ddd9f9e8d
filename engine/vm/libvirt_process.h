// What libvirt wants once per process: its error printing silenced, its log sent to a file, and
// an event loop on a thread of its own that runs until the process ends. Any thread.
#pragma once

#include <filesystem>

#include "engine/base/result.h"

namespace cloudlet {

// Only the first call has an effect; its log file stays. REQUIRES: no libvirt call before.
Result<void> prepareLibvirt(const std::filesystem::path& logFile);

}  // namespace cloudlet
