// QEMU processes found and ended without libvirt, by the UUID on their command line: for VMs
// whose libvirt driver is gone, and for starts that are cancelled. Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace cloudlet {

struct QemuProcess {
    pid_t pid = 0;
    std::string name;  // of the domain
    std::string uuid;
};

// The process if it is a QEMU that libvirt started; zombies are none.
std::optional<QemuProcess> readQemuProcess(pid_t pid);
// Among all processes that this user can see.
std::optional<QemuProcess> findQemuProcess(const std::string& uuid);

// SIGKILL, if `pid` is still the QEMU of `uuid`; does not wait. False if it is not.
bool killQemu(pid_t pid, const std::string& uuid);
// SIGTERM, after a second SIGKILL; waits until it is gone, `limit` at most. Already gone is no
// error. Errors: timedOut (it waits for a page of a mount: unmount it), permission.
Result<void> endQemu(const QemuProcess& process, std::chrono::milliseconds limit);

}  // namespace cloudlet
