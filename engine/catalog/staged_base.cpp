#include "engine/catalog/staged_base.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/catalog/remove_tree.h"

namespace cloudlet {

StagedBase::StagedBase(BaseFiles files, FileLock lock, bool wasThere)
    : m_files(std::move(files)), m_lock(std::move(lock)), m_wasThere(wasThere) {}

StagedBase::~StagedBase() {
    if (!m_lock || m_lock->fd() < 0 || !m_remove) return;
    // Nothing more can be done with an error here; the next sweep tries again.
    [[maybe_unused]] const Result<void> ignored = removeTree(m_files.folder);
}

void StagedBase::handOver() {
    m_remove = false;
    m_lock.reset();
}

Result<StagedBase> StagedBase::create(const CatalogLayout& layout, const std::string& key) {
    const CatalogLock catalogLock = TRY(CatalogLock::acquire(layout, "staging a base"));
    fs::path folder;
    bool wasThere = false;
    if (key.empty()) {
        std::string name = (layout.incoming() / "base-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            return systemError(errno, "create a directory in", layout.incoming());
        }
        folder = name;
    } else {
        folder = layout.incoming() / (kResumePrefix + key);
        wasThere = ::mkdir(folder.c_str(), 0700) != 0;
        if (wasThere && errno != EEXIST) return systemError(errno, "create", folder);
    }
    std::optional<FileLock> lock = TRY(FileLock::tryLock(folder, FileLock::Kind::exclusive));
    if (!lock) {
        return Error{ErrorCode::inUse,
                     "another program is adding this base to the catalog right "
                     "now: wait for it, or end it and try again"};
    }
    return StagedBase({folder}, std::move(*lock), wasThere);
}

}  // namespace cloudlet
