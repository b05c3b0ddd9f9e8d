// What of the host a mount needs: FUSE and our two programs.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "engine/base/process.h"
#include "engine/mount/mount.h"

namespace cloudlet {

namespace {

// Beside this program, or where a build or an installation puts it.
Result<fs::path> findBeside(const char* name, const char* variable) {
    if (const char* named = std::getenv(variable); named != nullptr && *named != '\0') {
        return fs::path(named);
    }
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    for (const fs::path folder :
         {".", "../cloudletfs", "../../cloudletfs", "../libexec/cloudlet"}) {
        const fs::path candidate = (self.parent_path() / folder / name).lexically_normal();
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return Error{ErrorCode::notFound, std::string("the program ") + name +
                                          " is missing: build or install it anew, or name it in " +
                                          variable};
}

}  // namespace

Result<fs::path> defaultMountProgram() {
    return findBeside("cloudletfs", "CLOUDLET_FS");
}

Result<fs::path> defaultMountEmulator() {
    return findBeside("cloudlet-qemu", "CLOUDLET_QEMU");
}

Result<void> checkMountPossible(const fs::path& device) {
    const Fd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd && errno == EACCES) {
        return Error{ErrorCode::permission, "this user may not open " + device.string() +
                                                ": as root, chmod 666 " + device.string()};
    }
    if (!fd) {
        return Error{ErrorCode::unavailable,
                     "this system has no " + device.string() + ": as root, modprobe fuse"};
    }
    if (::geteuid() != 0 && !findProgram("fusermount3")) {
        return Error{ErrorCode::unavailable,
                     "fusermount3 is missing: install the package fuse3, or run as root"};
    }
    return {};
}

}  // namespace cloudlet
