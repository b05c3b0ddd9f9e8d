// The mount itself and the threads that take the kernel's requests. One owner.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cloudletfs/file_system.h"
#include "engine/base/result.h"

struct fuse_session;

namespace cloudlet {

class FuseSession {
public:
    // REQUIRES: `fileSystem` outlives this. Errors: what libfuse and fusermount3 say.
    static Result<std::unique_ptr<FuseSession>> mount(const fs::path& folder,
                                                      FileSystem& fileSystem);
    // Unmounts, lazily where files are open.
    ~FuseSession();
    FuseSession(const FuseSession&) = delete;
    FuseSession& operator=(const FuseSession&) = delete;

    // `onEnd` is called on one of the threads if the kernel sends no more: it was unmounted.
    Result<void> start(std::function<void()> onEnd);
    // The threads have ended; requests are answered no more. Idempotent.
    void stop();

private:
    explicit FuseSession(fuse_session* session) : m_session(session) {}

    void serve();

    fuse_session* m_session;
    bool m_mounted = false;
    std::atomic<bool> m_stop{false};
    std::atomic<int> m_running{0};
    std::function<void()> m_onEnd;
    std::vector<std::jthread> m_threads;
};

}  // namespace cloudlet
