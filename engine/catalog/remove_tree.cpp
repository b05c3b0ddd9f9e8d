#include "engine/catalog/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "engine/base/file.h"

namespace cloudlet {

namespace {

constexpr int kDeepest = 32;  // our own folders are two deep

Result<void> removeContents(int folder, dev_t device, const fs::path& path, int depth);

Result<void> removeEntry(int parent, const char* name, dev_t device, const fs::path& path,
                         int depth) {
    struct stat info {};
    if (::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        return systemError(errno, "examine", path);
    }
    if (!S_ISDIR(info.st_mode)) {
        if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return {};
        return systemError(errno, "remove", path);
    }
    if (info.st_dev != device) {
        return Error{ErrorCode::inUse, path.string() + " is a mounted file system: unmount it"};
    }
    if (depth > kDeepest) return Error{ErrorCode::failed, path.string() + " is nested too deeply"};
    const Fd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return systemError(errno, "open", path);
    ::fchmod(fd.get(), 0700);  // a read-only folder would keep its files
    TRY(removeContents(fd.get(), device, path, depth));
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    return systemError(errno, "remove", path);
}

Result<void> removeContents(int folder, dev_t device, const fs::path& path, int depth) {
    const auto close = [](DIR* d) { ::closedir(d); };
    // Opened anew, since closedir closes what fdopendir was given.
    const std::unique_ptr<DIR, decltype(close)> stream(
        ::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), close);
    if (!stream) return systemError(errno, "read", path);
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        TRY(removeEntry(folder, entry->d_name, device, path / name, depth + 1));
    }
    return {};
}

}  // namespace

Result<void> removeTree(const fs::path& path) {
    struct stat parent {};
    const fs::path above = path.parent_path();
    const Fd fd(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return systemError(errno, "open", above);
    if (::fstat(fd.get(), &parent) != 0) return systemError(errno, "examine", above);
    return removeEntry(fd.get(), path.filename().c_str(), parent.st_dev, path, 0);
}

}  // namespace cloudlet
