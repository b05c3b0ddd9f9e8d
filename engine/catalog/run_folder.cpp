#include "engine/catalog/run_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/catalog/remove_tree.h"

namespace cloudlet {

namespace {

// It may lie in /tmp, where anybody could have put a folder of that name before us.
Result<void> checkPrivate(const fs::path& folder) {
    struct stat info {};
    if (::lstat(folder.c_str(), &info) != 0) return systemError(errno, "examine", folder);
    if (S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & 022) == 0) return {};
    return Error{ErrorCode::permission, folder.string() + " is not a folder that only this user " +
                                            "can write: remove it and try again"};
}

Result<void> prepareRunRoot(const CatalogLayout& layout) {
    const fs::path root = layout.run();
    TRY(makeDirectories(root));
    TRY(checkPrivate(root.parent_path()));
    return checkPrivate(root);
}

}  // namespace

RunFolder::RunFolder(fs::path path, FileLock lock, bool remove)
    : m_path(std::move(path)), m_lock(std::move(lock)), m_remove(remove) {}

RunFolder::~RunFolder() {
    if (!m_lock || m_lock->fd() < 0 || !m_remove) return;
    // Fails if something is still mounted inside: then it stays, stale, for the next start.
    [[maybe_unused]] const Result<void> ignored = removeTree(m_path);
}

Result<RunFolder> RunFolder::create(const CatalogLayout& layout) {
    const CatalogLock catalogLock = TRY(CatalogLock::acquire(layout, "starting a VM"));
    TRY(prepareRunRoot(layout));
    std::string name = (layout.run() / "vXXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return systemError(errno, "create a directory in", layout.run());
    }
    std::optional<FileLock> lock = TRY(FileLock::tryLock(name, FileLock::Kind::exclusive));
    CHECK(lock.has_value());  // nobody looks at run/ without the CatalogLock
    return RunFolder(name, std::move(*lock), true);
}

Result<std::vector<RunFolder>> RunFolder::stale(const CatalogLayout& layout) {
    const CatalogLock catalogLock = TRY(CatalogLock::acquire(layout, "looking for lost VMs"));
    std::vector<RunFolder> folders;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(layout.run(), error)) {
        if (!entry.is_directory(error) || entry.is_symlink(error)) continue;
        Result<std::optional<FileLock>> lock =
            FileLock::tryLock(entry.path(), FileLock::Kind::exclusive);
        if (lock && *lock) folders.push_back(RunFolder(entry.path(), std::move(**lock), false));
    }
    return folders;
}

}  // namespace cloudlet
