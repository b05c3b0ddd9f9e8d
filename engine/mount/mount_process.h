// A running cloudletfs, held by a descriptor of its process, so that no other one is ever meant.
// Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "engine/base/fd.h"
#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/mount/packet_socket.h"

namespace cloudlet {

class MountProcess {
public:
    // Starts `program`, which leaves us at once and says its pid through `channel`. `folder`
    // stands in its command line, for who looks at the processes of the host.
    static Result<void> start(const fs::path& program, const PacketSocket& channel,
                              const fs::path& folder);
    // Errors: unavailable, if there is no such process (any more).
    static Result<MountProcess> find(pid_t pid);

    bool isStopped() const;  // by SIGSTOP
    bool waitForEnd(std::chrono::milliseconds limit) const;
    // Ends every request that waits for it, too.
    void kill() const;

private:
    MountProcess(pid_t pid, Fd fd) : m_pid(pid), m_fd(std::move(fd)) {}

    pid_t m_pid;
    Fd m_fd;
};

}  // namespace cloudlet
