// A VNC viewer of the desktop, on the console of a VM.
#pragma once

#include <filesystem>

#include "app/cloudlet/terminal.h"
#include "engine/base/result.h"

namespace cloudlet {

// Starts remote-viewer (or another viewer that knows UNIX sockets) and does not wait for it.
// Errors: unavailable, naming the package to install.
Result<void> openViewer(const std::filesystem::path& consoleSocket, const Terminal& terminal);

}  // namespace cloudlet
