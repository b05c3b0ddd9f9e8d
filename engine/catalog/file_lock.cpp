#include "engine/catalog/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "engine/base/file.h"

namespace cloudlet {

namespace {

// A folder can only be opened for reading; the lock file is also written.
Fd openAny(const fs::path& path) {
    constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    Fd fd(::open(path.c_str(), O_RDWR | kFlags));
    if (!fd && (errno == EISDIR || errno == EACCES || errno == EROFS)) {
        fd = Fd(::open(path.c_str(), O_RDONLY | kFlags));
    }
    return fd;
}

bool isStillAt(int fd, const fs::path& path) {
    struct stat held {};
    struct stat there {};
    return ::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &there) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::tryLock(const fs::path& path, Kind kind) {
    Fd fd = openAny(path);
    if (!fd) return systemError(errno, "open", path);
    int done = -1;
    do {
        done = ::flock(fd.get(), (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
    } while (done != 0 && errno == EINTR);
    if (done != 0 && errno == EWOULDBLOCK) return std::optional<FileLock>();
    if (done != 0) return systemError(errno, "lock", path);
    if (!isStillAt(fd.get(), path)) return systemError(ENOENT, "lock", path);
    return std::optional<FileLock>(FileLock(std::move(fd)));
}

Result<FileLock> FileLock::wait(const fs::path& path, Kind kind, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (true) {
        std::optional<FileLock> lock = TRY(tryLock(path, kind));
        if (lock) return std::move(*lock);
        if (std::chrono::steady_clock::now() >= end) {
            return Error{ErrorCode::inUse, path.string() + " is in use by another program"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace cloudlet
