// An flock on a file or folder, held until this object is gone. The kernel drops it when the
// process dies, so it needs no clock and no pid to tell the living from the dead. It does not
// travel over NFS; a catalog belongs on a local disk. Any thread; locks of two objects exclude
// each other within one process too.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "engine/base/fd.h"
#include "engine/base/result.h"

namespace cloudlet {

class FileLock {
public:
    enum class Kind { shared, exclusive };

    // nullopt if another holder is in the way. Errors: notFound (also if the file was moved
    // away meanwhile), I/O.
    static Result<std::optional<FileLock>> tryLock(const std::filesystem::path& path, Kind kind);
    // Errors: inUse after `limit`; as above.
    static Result<FileLock> wait(const std::filesystem::path& path, Kind kind,
                                 std::chrono::milliseconds limit);

    int fd() const { return m_fd.get(); }

private:
    explicit FileLock(Fd fd) : m_fd(std::move(fd)) {}

    Fd m_fd;
};

}  // namespace cloudlet
