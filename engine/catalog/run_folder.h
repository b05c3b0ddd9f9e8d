// A short-named folder for the sockets, mount point and files of one VM. Locked for as long as
// its owner lives. Any thread; one owner.
#pragma once

#include <optional>

#include "engine/catalog/layout.h"

namespace cloudlet {

class RunFolder {
public:
    // A new one: removed with this object unless kept. Its path leaves 34 bytes for the name
    // of a UNIX socket in it. Takes the CatalogLock for a moment.
    static Result<RunFolder> create(const CatalogLayout& layout);
    // Those whose owner is dead. Locked for the caller, who ends what still runs in them and
    // then discards them; kept by default, for the next start to find again.
    static Result<std::vector<RunFolder>> stale(const CatalogLayout& layout);
    ~RunFolder();
    RunFolder(RunFolder&& other) noexcept = default;
    RunFolder& operator=(RunFolder&&) = delete;

    const fs::path& path() const { return m_path; }
    void keep() { m_remove = false; }
    void discard() { m_remove = true; }

private:
    RunFolder(fs::path path, FileLock lock, bool remove);

    fs::path m_path;
    std::optional<FileLock> m_lock;
    bool m_remove = true;
};

}  // namespace cloudlet
