#include "engine/catalog/layout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/base/xdg.h"

namespace cloudlet {

namespace {

// A UNIX socket path holds 107 bytes; a VM's sockets need "/<8 digits>/" and a name of up to 34.
constexpr std::size_t kLongestRunRoot = 62;

}  // namespace

fs::path CatalogLayout::run() const {
    fs::path inside = root / "run";
    if (inside.native().size() <= kLongestRunRoot) return inside;
    return runtimeDirectory() / sha256(asBytes(root.native())).hex().substr(0, 8);
}

Result<void> CatalogLayout::create() const {
    for (const fs::path& folder : {root, bases(), incoming(), trash(), leases(), overlays()}) {
        TRY(makeDirectories(folder));
    }
    const Fd fd(::open(lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return systemError(errno, "create", lock());
    return {};
}

bool CatalogLayout::isWritable() const {
    return ::access(root.c_str(), W_OK | X_OK) == 0;
}

Result<CatalogLock> CatalogLock::acquire(const CatalogLayout& layout, const char* purpose,
                                         std::chrono::milliseconds limit) {
    Result<FileLock> lock = FileLock::wait(layout.lock(), FileLock::Kind::exclusive, limit);
    if (!lock && lock.error().code == ErrorCode::inUse) {
        const Result<Bytes> holder = readWholeFile(layout.lock(), 4096);
        const std::string who = holder ? escapeForTerminal(asText(*holder)) : "";
        return Error{ErrorCode::inUse, "the catalog " + layout.root.string() +
                                           " is being changed by another program (process " + who +
                                           "): try again when it is done"};
    }
    FileLock held = TRY(std::move(lock));
    // Only for the message above; a failure to write it harms nothing.
    const std::string text = std::to_string(::getpid()) + ", " + purpose;
    if (::ftruncate(held.fd(), 0) == 0) {
        [[maybe_unused]] const ssize_t n = ::pwrite(held.fd(), text.data(), text.size(), 0);
    }
    return CatalogLock(std::move(held));
}

}  // namespace cloudlet
