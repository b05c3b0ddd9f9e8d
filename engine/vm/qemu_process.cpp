#include "engine/vm/qemu_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/fd.h"
#include "engine/base/file.h"

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

// /proc files have no size; a QEMU command line has some 5 KiB.
std::string readProcFile(const std::string& path) {
    constexpr std::size_t kMost = 1 << 18;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    char buffer[8192];
    while (fd && text.size() < kMost) {
        const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

// The value that follows `option` on a command line of NUL-terminated words.
std::string_view valueAfter(std::string_view commandLine, std::string_view option) {
    std::string wanted = std::string(1, '\0') + std::string(option) + std::string(1, '\0');
    const std::size_t at = commandLine.find(wanted);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = commandLine.substr(at + wanted.size());
    return rest.substr(0, rest.find('\0'));
}

Fd openProcess(pid_t pid) {
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool signalProcess(const Fd& process, int number) {
    return ::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0) == 0;
}

// A pidfd becomes readable when its process has ended.
bool waitForExit(const Fd& process, Clock::time_point until) {
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        pollfd poll{process.get(), POLLIN, 0};
        const int n = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (n < 0 && errno == EINTR) continue;
        return n > 0;
    }
}

}  // namespace

std::optional<QemuProcess> readQemuProcess(pid_t pid) {
    // Empty for a zombie and for kernel threads.
    const std::string words = readProcFile("/proc/" + std::to_string(pid) + "/cmdline");
    QemuProcess process{pid, std::string(valueAfter(words, "-name")),
                        std::string(valueAfter(words, "-uuid"))};
    constexpr std::string_view kGuest = "guest=";
    if (process.uuid.empty() || !process.name.starts_with(kGuest)) return std::nullopt;
    process.name.erase(0, kGuest.size());
    process.name.erase(std::min(process.name.find(','), process.name.size()));
    return process;
}

std::optional<QemuProcess> findQemuProcess(const std::string& uuid) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc"), ::closedir);
    while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || end != name.data() + name.size()) continue;
        std::optional<QemuProcess> process = readQemuProcess(pid);
        if (process && process->uuid == uuid) return process;
    }
    return std::nullopt;
}

bool killQemu(pid_t pid, const std::string& uuid) {
    const Fd handle = openProcess(pid);
    // Read after the handle was taken: the process it stands for is the one that is examined.
    const std::optional<QemuProcess> now = readQemuProcess(pid);
    return handle && now && now->uuid == uuid && signalProcess(handle, SIGKILL);
}

Result<void> endQemu(const QemuProcess& process, std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    const std::string label =
        "the QEMU of VM " + process.name + " (process " + std::to_string(process.pid) + ")";
    const Fd handle = openProcess(process.pid);
    if (!handle) return {};
    const std::optional<QemuProcess> now = readQemuProcess(process.pid);
    if (!now || now->uuid != process.uuid) return {};
    if (!signalProcess(handle, SIGTERM)) {
        if (errno == ESRCH) return {};
        return Error{ErrorCode::permission, "cannot end " + label + ": " + std::strerror(errno)};
    }
    if (waitForExit(handle, std::min(deadline, Clock::now() + std::chrono::seconds(1)))) return {};
    signalProcess(handle, SIGKILL);
    if (waitForExit(handle, deadline)) return {};
    return Error{ErrorCode::timedOut,
                 label + " does not end; it may wait for a mount that must end first"};
}

}  // namespace cloudlet
