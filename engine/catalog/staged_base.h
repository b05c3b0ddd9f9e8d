// A folder in incoming/ in which a base VM is being made. Locked: no sweep touches it. It goes
// away with this object unless it was published or kept. Any thread; one owner.
#pragma once

#include <optional>
#include <string>

#include "engine/catalog/layout.h"

namespace cloudlet {

class StagedBase {
public:
    // A folder of its own, or with a `key` the one of that key: empty, or with what an earlier,
    // interrupted owner left there. Takes the CatalogLock for a moment.
    // Errors: inUse, if another process works on that key now.
    static Result<StagedBase> create(const CatalogLayout& layout, const std::string& key = {});
    ~StagedBase();
    StagedBase(StagedBase&& other) noexcept = default;
    StagedBase& operator=(StagedBase&&) = delete;

    const BaseFiles& files() const { return m_files; }
    bool wasThere() const { return m_wasThere; }  // an earlier owner's content may be in it

    // What happens to the folder at the end of this object; at first it is removed.
    void keep() { m_remove = false; }
    void discard() { m_remove = true; }
    // Gives up folder and lock: the catalog has moved the folder to bases/.
    void handOver();

private:
    StagedBase(BaseFiles files, FileLock lock, bool wasThere);

    BaseFiles m_files;
    std::optional<FileLock> m_lock;
    bool m_wasThere = false;
    bool m_remove = true;
};

// How a folder in incoming/ that a later process may continue is named.
inline constexpr const char* kResumePrefix = "resume-";

}  // namespace cloudlet
