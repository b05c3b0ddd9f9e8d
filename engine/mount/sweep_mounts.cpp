#include "engine/mount/sweep_mounts.h"

#include <unistd.h>

#include "engine/mount/mount_process.h"
#include "engine/mount/packet_socket.h"
#include "engine/mount/unmount.h"

namespace cloudlet {

namespace {

constexpr std::chrono::seconds kEndLimit{1};

bool isBelow(const fs::path& path, const fs::path& root) {
    const fs::path relative = path.lexically_relative(root);
    return !relative.empty() && *relative.begin() != "..";
}

// The process that serves the mount of a run folder; nullopt if it is dead. Connecting asks the
// kernel only, not the process, which may hang.
Result<std::optional<MountProcess>> serverOf(const fs::path& folder) {
    const Result<PacketSocket> socket = PacketSocket::connect(folder / "mount.sock");
    if (!socket && socket.error().code == ErrorCode::unavailable) {
        return std::optional<MountProcess>();
    }
    if (!socket) return socket.error();
    const std::optional<pid_t> pid = socket->peer();
    if (!pid) return std::optional<MountProcess>();
    Result<MountProcess> process = MountProcess::find(*pid);
    if (!process) return std::optional<MountProcess>();
    return std::optional(std::move(process).value());
}

Result<void> clear(const fs::path& point, const std::optional<MountProcess>& server) {
    if (server) {
        server->kill();
        server->waitForEnd(kEndLimit);
    }
    TRY(unmount(point));
    ::unlink((point.parent_path() / "mount.sock").c_str());
    ::rmdir(point.c_str());
    return {};
}

}  // namespace

Result<std::vector<std::string>> sweepMounts(
    const fs::path& runRoot, const std::function<bool(const fs::path& runFolder)>& isAbandoned) {
    std::vector<std::string> notes;
    std::error_code error;
    const fs::path root = fs::canonical(runRoot, error);  // as the kernel lists it
    if (error) return notes;                              // no run folders, no mounts
    const std::vector<fs::path> points = TRY(mountPoints());
    for (const fs::path& point : points) {
        if (!isBelow(point, root)) continue;
        const fs::path folder = point.parent_path();
        const Result<std::optional<MountProcess>> server = serverOf(folder);
        if (server && *server && !isAbandoned(folder)) continue;
        const Result<void> done = server ? clear(point, *server) : Result<void>(server.error());
        if (done) {
            notes.push_back("the mount " + point.string() +
                            (*server ? " of a VM that is gone" : ", whose process was dead,") +
                            " was taken away");
        } else {
            notes.push_back("a mount of a dead VM stays: " + done.error().message);
        }
    }
    return notes;
}

}  // namespace cloudlet
