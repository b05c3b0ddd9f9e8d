#include "cloudletfs/fuse_session.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "cloudletfs/fuse.h"
#include "engine/base/confine.h"
#include "engine/base/parallel.h"
#include "engine/mount/start_thread.h"

namespace cloudlet {

namespace {

constexpr int kWakeSignal = SIGUSR1;  // interrupts a thread's read of /dev/fuse

// What libfuse and fusermount3 write to standard error while this lives.
class CapturedErrors {
public:
    CapturedErrors()
        : m_file(::memfd_create("errors", MFD_CLOEXEC)), m_saved(::dup(STDERR_FILENO)) {
        ::dup2(m_file.get(), STDERR_FILENO);
    }
    ~CapturedErrors() { ::dup2(m_saved.get(), STDERR_FILENO); }
    CapturedErrors(const CapturedErrors&) = delete;
    CapturedErrors& operator=(const CapturedErrors&) = delete;

    std::string text() const {
        std::string text(1024, '\0');
        const ssize_t n = ::pread(m_file.get(), text.data(), text.size(), 0);
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        while (!text.empty() && text.back() == '\n') text.pop_back();
        std::replace(text.begin(), text.end(), '\n', ' ');
        return text;
    }

private:
    Fd m_file;
    Fd m_saved;
};

}  // namespace

Result<std::unique_ptr<FuseSession>> FuseSession::mount(const fs::path& folder,
                                                        FileSystem& fileSystem) {
    const CapturedErrors errors;
    const char* options = "fsname=cloudletfs,subtype=cloudletfs,default_permissions,noexec";
    const char* arguments[] = {"cloudletfs", "-o", options};
    fuse_args args{3, const_cast<char**>(arguments), 0};
    fuse_session* session =
        fuse_session_new(&args, &FileSystem::operations(), sizeof(fuse_lowlevel_ops), &fileSystem);
    fuse_opt_free_args(&args);
    if (session == nullptr) {
        return Error{ErrorCode::failed, "libfuse cannot be set up: " + errors.text()};
    }
    std::unique_ptr<FuseSession> result(new FuseSession(session));
    if (fuse_session_mount(session, folder.c_str()) != 0) {
        return Error{ErrorCode::unavailable, "cannot mount the VM's file system: " + errors.text()};
    }
    result->m_mounted = true;
    return result;
}

FuseSession::~FuseSession() {
    stop();
    if (m_mounted) fuse_session_unmount(m_session);
    fuse_session_destroy(m_session);
}

Result<void> FuseSession::start(std::function<void()> onEnd) {
    m_onEnd = std::move(onEnd);
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART: a read returns EINTR
    ::sigaction(kWakeSignal, &action, nullptr);
    const unsigned count = std::clamp(2 * coreCount(), 4U, 16U);
    for (unsigned i = 0; i < count; ++i) {
        ++m_running;
        Result<std::jthread> thread = startThread([this](const std::stop_token&) { serve(); });
        if (!thread) --m_running;
        m_threads.push_back(TRY(std::move(thread)));
    }
    return {};
}

void FuseSession::serve() {
    // A guest chooses what comes here. Where it cannot be had, `cloudlet doctor` says so.
    (void)confineThread(Duty::serveFiles);
    fuse_buf buffer{};
    while (!m_stop) {
        const int size = fuse_session_receive_buf(m_session, &buffer);
        if (size == -EINTR || size == -EAGAIN) continue;
        if (size <= 0) {
            if (!m_stop) m_onEnd();
            break;
        }
        fuse_session_process_buf(m_session, &buffer);
    }
    std::free(buffer.mem);
    --m_running;
}

void FuseSession::stop() {
    m_stop = true;
    // Again until all have seen it: a signal may come just before a thread begins to read.
    while (m_running > 0) {
        for (std::jthread& thread : m_threads) ::pthread_kill(thread.native_handle(), kWakeSignal);
        ::usleep(1000);
    }
    for (std::jthread& thread : m_threads) thread.join();
    m_threads.clear();
}

}  // namespace cloudlet
