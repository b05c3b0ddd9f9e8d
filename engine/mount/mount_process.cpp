#include "engine/mount/mount_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>  // glibc 2.36 declares pidfd_open for C only
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

extern char** environ;

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kChannelFd = 3;
constexpr std::chrono::seconds kStartLimit{5};

// The program forks and leaves the fork behind; this is the part that we are to wait for.
Result<void> waitForStarter(pid_t pid, const fs::path& program) {
    int status = 0;
    const auto end = Clock::now() + kStartLimit;
    while (true) {
        const pid_t ended = ::waitpid(pid, &status, WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR)) break;
        if (Clock::now() >= end) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, &status, 0);
            return Error{ErrorCode::timedOut, program.string() + " does not start"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return Error{ErrorCode::failed, program.string() +
                                        " does not start: it is damaged or of another version; "
                                        "install it anew"};
}

}  // namespace

Result<void> MountProcess::start(const fs::path& program, const PacketSocket& channel,
                                 const fs::path& folder) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, channel.fd(), kChannelFd);
    for (const int fd : {0, 1, 2}) {
        posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, kChannelFd + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::string name = program.string();
    std::string option = "--channel";
    std::string fd = std::to_string(kChannelFd);
    std::string place = folder.string();
    char* arguments[] = {name.data(), option.data(), fd.data(), place.data(), nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT) {
        return Error{ErrorCode::notFound,
                     "the program " + name + " is missing: build or install cloudletfs anew"};
    }
    if (error != 0) return systemError(error, "execute", program);
    return waitForStarter(pid, program);
}

Result<MountProcess> MountProcess::find(pid_t pid) {
    Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) {
        return Error{ErrorCode::unavailable, "cloudletfs (process " + std::to_string(pid) +
                                                 ") is gone: " + std::strerror(errno)};
    }
    return MountProcess(pid, std::move(fd));
}

bool MountProcess::isStopped() const {
    std::ifstream in("/proc/" + std::to_string(m_pid) + "/stat");
    std::string text;
    std::getline(in, text);
    const std::size_t nameEnd = text.rfind(')');
    return nameEnd != text.npos && text.compare(nameEnd, 3, ") T") == 0;
}

bool MountProcess::waitForEnd(std::chrono::milliseconds limit) const {
    pollfd wait{m_fd.get(), POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(limit.count())) > 0;
}

void MountProcess::kill() const {
    ::syscall(SYS_pidfd_send_signal, m_fd.get(), SIGKILL, nullptr, 0);
}

}  // namespace cloudlet
