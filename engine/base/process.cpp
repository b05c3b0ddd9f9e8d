#include "engine/base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <utility>

#include "engine/base/fd.h"

extern char** environ;

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 1 << 20;
constexpr std::size_t kMostErrorOutput = 1 << 14;
constexpr std::size_t kMostLine = 1 << 16;

struct Pipe {
    Fd read;
    Fd write;
};

Result<Pipe> makePipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return Error{ErrorCode::failed, std::string("cannot make a pipe: ") + std::strerror(errno)};
    }
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// Our environment with the entries of `changes` added or in place of ours. Points into both.
std::vector<char*> environmentWith(const std::vector<std::string>& changes) {
    std::vector<char*> env;
    for (char** e = environ; *e != nullptr; ++e) {
        const std::string_view name(*e, std::strcspn(*e, "="));
        const bool replaced = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return change.starts_with(name) && change.substr(name.size(), 1) == "=";
        });
        if (!replaced) env.push_back(*e);
    }
    for (const std::string& e : changes) env.push_back(const_cast<char*>(e.c_str()));
    env.push_back(nullptr);
    return env;
}

// The child in a process group of its own, so that what it starts ends with it.
Result<pid_t> spawn(const ProcessSpec& spec, const Pipe& out, const Pipe& err) {
    // Not posix_spawnp, which says "permission denied" of a missing program if PATH names a
    // folder that is closed to us.
    const std::string& name = spec.arguments[0];
    const std::string program = name.find('/') == name.npos ? TRY(findProgram(name)) : name;
    std::vector<char*> argv;
    for (const std::string& a : spec.arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> env = environmentWith(spec.environment);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, err.write.get(), 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t all;  // what we ignore, SIGPIPE for one, must not stay ignored in the child
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = -1;
    const int error =
        ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), env.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        return Error{error == ENOENT ? ErrorCode::notFound : ErrorCode::failed,
                     "cannot start " + name + ": " + std::strerror(error)};
    }
    return pid;
}

void keepLast(std::string& text, std::size_t limit) {
    if (text.size() > limit) text.erase(0, text.size() - limit);
}

// Our end of one of the child's pipes: hands its lines on, or keeps the end of the text.
class Stream {
public:
    Stream(Fd fd, std::size_t limit, std::function<void(std::string_view)> onLine)
        : m_fd(std::move(fd)), m_limit(limit), m_onLine(std::move(onLine)) {}

    int fd() const { return m_fd.get(); }  // -1 after the end
    // Takes what is there. REQUIRES: poll says that something is, or the end.
    void read() {
        std::array<char, 1 << 14> buffer;
        const ssize_t n = ::read(fd(), buffer.data(), buffer.size());
        if (n > 0) take({buffer.data(), static_cast<std::size_t>(n)});
        if (n == 0 || (n < 0 && errno != EINTR)) m_fd.reset();
    }
    // After the child's exit: takes what it wrote before, and no more, as a grandchild may hold
    // the pipe open and write for ever.
    std::string finish() {
        int left = 0;
        if (fd() >= 0) ::ioctl(fd(), FIONREAD, &left);
        std::string rest(static_cast<std::size_t>(left), '\0');
        const ssize_t n = left > 0 ? ::read(fd(), rest.data(), rest.size()) : 0;
        if (n > 0) take(std::string_view(rest).substr(0, static_cast<std::size_t>(n)));
        if (m_onLine && !m_text.empty()) m_onLine(std::exchange(m_text, {}));
        keepLast(m_text, m_limit);
        return std::move(m_text);
    }

private:
    void take(std::string_view text) {
        m_text += text;
        std::size_t begin = 0;
        for (std::size_t end = 0; m_onLine && (end = m_text.find('\n', begin)) != m_text.npos;) {
            m_onLine(std::string_view(m_text).substr(begin, end - begin));
            begin = end + 1;
        }
        m_text.erase(0, begin);
        if (m_text.size() > 2 * m_limit) keepLast(m_text, m_limit);  // seldom: it moves the text
    }

    Fd m_fd;
    std::size_t m_limit;
    std::function<void(std::string_view)> m_onLine;
    std::string m_text;
};

// True once the child has exited; it stays a zombie, so that its group keeps its number.
bool hasExited(pid_t pid) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

// Reads both pipes until the child exits. Once the token asks, its group is told to end, and a
// second later made to.
void readUntilExit(pid_t pid, Stream& out, Stream& err, const std::stop_token& stop) {
    std::optional<Clock::time_point> killAt;
    do {
        pollfd fds[2] = {{out.fd(), POLLIN, 0}, {err.fd(), POLLIN, 0}};
        // With both pipes closed nothing but the clock tells of the exit, which is near.
        ::poll(fds, 2, out.fd() < 0 && err.fd() < 0 ? 5 : 50);
        if (fds[0].revents != 0) out.read();
        if (fds[1].revents != 0) err.read();
        if (stop.stop_requested() && !killAt) {
            ::kill(-pid, SIGTERM);
            killAt = Clock::now() + std::chrono::seconds(1);
        }
        if (killAt && Clock::now() >= *killAt) ::kill(-pid, SIGKILL);
    } while (!hasExited(pid));
}

int exitCodeOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<ProcessResult> runProcess(const ProcessSpec& spec, std::stop_token stop) {
    CHECK(!spec.arguments.empty());
    Pipe outPipe = TRY(makePipe());
    Pipe errPipe = TRY(makePipe());
    const pid_t pid = TRY(spawn(spec, outPipe, errPipe));
    outPipe.write.reset();
    errPipe.write.reset();
    Stream out(std::move(outPipe.read), spec.onLine ? kMostLine : kMostOutput, spec.onLine);
    Stream err(std::move(errPipe.read), kMostErrorOutput, {});
    readUntilExit(pid, out, err, stop);
    // Whatever of a cancelled group outlived its leader ends before the leader's number is free.
    const bool cancelled = stop.stop_requested();
    if (cancelled) ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    ProcessResult result{exitCodeOf(status), out.finish(), err.finish()};
    if (cancelled) return Error{ErrorCode::cancelled, "cancelled"};
    return result;
}

Result<std::string> findProgram(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = folder + "/" + name;
        struct stat info {};
        if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0 &&
            ::stat(candidate.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
            return candidate;
        }
    }
    return Error{ErrorCode::notFound, "the program " + name + " is not installed"};
}

}  // namespace cloudlet
