#include "app/cloudlet/viewer.h"

#include <spawn.h>

#include <cstring>

#include "engine/base/process.h"

extern char** environ;

namespace cloudlet {

Result<void> openViewer(const std::filesystem::path& consoleSocket, const Terminal& terminal) {
    const Result<std::string> viewer = findProgram("remote-viewer");
    if (!viewer) {
        return Error{ErrorCode::unavailable,
                     "no VNC viewer is installed: apt-get install virt-viewer, then open "
                     "vnc+unix://" +
                         consoleSocket.string()};
    }
    std::string program = *viewer;
    std::string address = "vnc+unix://" + consoleSocket.string();
    char* arguments[] = {program.data(), address.data(), nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ);
    if (error != 0) {
        return Error{ErrorCode::failed, "cannot start " + program + ": " + std::strerror(error)};
    }
    terminal.say("The console is open in " + program + ".");
    return {};
}

}  // namespace cloudlet
