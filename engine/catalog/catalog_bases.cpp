// Finding, leasing, checking and removing bases.
#include <algorithm>
#include <chrono>

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/catalog/base_check.h"
#include "engine/catalog/base_table.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/overlay_table.h"
#include "engine/catalog/remove_tree.h"
#include "engine/catalog/session_table.h"
#include "engine/catalog/sweep.h"
#include "engine/catalog/tag_table.h"

namespace cloudlet {

namespace {

constexpr std::size_t kShortestPrefix = 6;
constexpr std::size_t kMostListed = 5;

std::string listOf(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) {
        text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > kMostListed) {
        text += " and " + std::to_string(names.size() - kMostListed) + " more";
    }
    return text;
}

bool isHex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string lowerCase(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::vector<BaseRecord> withIdPrefix(const std::vector<BaseRecord>& all, std::string_view text) {
    std::vector<BaseRecord> found;
    if (text.size() < kShortestPrefix || !isHex(text)) return found;
    const std::string prefix = lowerCase(text);
    std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                 [&](const BaseRecord& r) { return r.id.hex().starts_with(prefix); });
    return found;
}

bool liesAt(const BaseRecord& record, std::string_view text) {
    std::error_code missing;
    return fs::equivalent(record.files.disk(), text, missing) ||
           fs::equivalent(record.files.folder, text, missing);
}

}  // namespace

Result<std::vector<BaseRecord>> Catalog::bases() const {
    auto records = TRY(m_database->read([&](auto& c) { return baseTable::all(c, m_layout); }));
    std::erase_if(records, [](const auto& r) { return r.state == BaseState::deleting; });
    return records;
}

Result<BaseRecord> Catalog::findBase(std::string_view text) const {
    const std::vector<BaseRecord> all = TRY(bases());
    for (const BaseRecord& record : all) {
        if (record.name == text) return record;
    }
    const std::vector<BaseRecord> found = withIdPrefix(all, text);
    if (found.size() == 1) return found.front();
    if (found.size() > 1) {
        std::vector<std::string> candidates;
        for (const BaseRecord& r : found) {
            candidates.push_back(r.id.shortHex() + " (" + r.name + ")");
        }
        return Error{ErrorCode::invalid, "\"" + std::string(text) + "\" fits several bases: " +
                                             listOf(candidates) + "; give more digits"};
    }
    for (const BaseRecord& record : all) {
        if (liesAt(record, text)) return record;
    }
    return Error{ErrorCode::notFound, "there is no base \"" + escapeForTerminal(text) +
                                          "\" in the catalog " + m_layout.root.string() +
                                          "; cloudlet list-base shows those that are"};
}

Result<BaseRecord> Catalog::baseById(const BaseId& id) const {
    BaseRecord record =
        TRY(m_database->read([&](auto& c) { return baseTable::find(c, m_layout, id); }));
    if (record.state != BaseState::deleting) return record;
    return Error{ErrorCode::notFound, "the base " + id.shortHex() + " is being removed"};
}

Result<BaseLease> Catalog::leaseBase(const BaseId& id, const std::string& purpose) const {
    const BaseRecord before = TRY(baseById(id));
    if (before.state == BaseState::broken) return Error{ErrorCode::corrupt, before.problem};
    BaseLease lease = TRY(BaseLease::take(m_layout, id, purpose));
    TRY(baseById(id));  // the row may be marked while we took the lock
    return lease;
}

Result<void> Catalog::checkFiles(const BaseRecord& base, bool everything, Progress& progress,
                                 std::stop_token stop) {
    std::vector<FileStamp> stamps;
    std::vector<CoveredFile> suspects;
    TRY(checkSizes(base.files, base.vm));
    for (const CoveredFile& file : coveredFiles(base.files, base.vm)) {
        // Before hashing: a change during it shows the next time.
        stamps.push_back(TRY(stampOf(file.path)));
        const bool known =
            std::find(base.stamps.begin(), base.stamps.end(), stamps.back()) != base.stamps.end();
        if (everything || !known) suspects.push_back(file);
    }
    if (suspects.empty()) return {};
    std::uint64_t total = 0;
    for (const CoveredFile& file : suspects) total += file.size;
    progress.beginStage("verifying the base", total);
    for (const CoveredFile& file : suspects) TRY(checkContent(file, progress, stop));
    if (isReadOnly()) return {};
    return m_database->write([&](auto& c) -> Result<void> {
        TRY(baseTable::setState(c, base.id, BaseState::ready));
        return baseTable::setStamps(c, base.id, stamps);
    });
}

Result<void> Catalog::checkBase(const BaseId& id, Progress& progress, std::stop_token stop) {
    const BaseLease lease = TRY(leaseBase(id, "checks it"));
    const BaseRecord base = TRY(baseById(id));
    Result<void> checked = checkFiles(base, false, progress, stop);
    if (!checked && checked.error().code == ErrorCode::corrupt && !isReadOnly()) {
        TRY(m_database->write([&](auto& c) {
            return baseTable::setState(c, id, BaseState::broken, checked.error().message);
        }));
    }
    return checked;
}

Result<void> Catalog::verifyBase(const BaseId& id, Progress& progress, std::stop_token stop) {
    const BaseRecord base = TRY(baseById(id));
    Result<void> checked;
    Result<BaseLease> lease = BaseLease::take(m_layout, id, "verifies it");
    if (lease) {
        checked = checkFiles(base, true, progress, stop);
    } else if (lease.error().code == ErrorCode::notFound) {
        checked = Error{ErrorCode::corrupt, "the folder " + base.files.folder.string() +
                                                " of the base \"" + base.name +
                                                "\" is missing: import it again"};
    } else {
        return std::move(lease).error();
    }
    if (checked)
        return isReadOnly() ? checked : ensureChunkIndex(base.files, base.vm, progress, stop);
    if (checked.error().code == ErrorCode::corrupt && !isReadOnly()) {
        TRY(m_database->write([&](auto& c) {
            return baseTable::setState(c, id, BaseState::broken, checked.error().message);
        }));
    }
    return checked;
}

// Overlays and running sessions that need the base.
Result<void> Catalog::refuseIfNeeded(const BaseRecord& base) const {
    std::vector<std::string> users;
    const auto overlaysOf =
        TRY(m_database->read([&](auto& c) { return overlayTable::all(c, base.id); }));
    for (const OverlayRecord& o : overlaysOf) users.push_back(o.path.string());
    const auto running = TRY(runningSessions());
    for (const SessionRecord& s : running) {
        if (s.base == base.id) users.push_back("the running session " + s.id.substr(0, 8));
    }
    if (users.empty()) return {};
    return Error{ErrorCode::inUse, "the base \"" + base.name + "\" is needed by " + listOf(users) +
                                       ": remove these first, or add --force"};
}

Result<void> Catalog::deleteBase(const BaseId& id, Force force) {
    fs::path rubbish;
    std::optional<FileLock> folderLock;
    {
        const CatalogLock lock = TRY(CatalogLock::acquire(m_layout, "removing a base"));
        const BaseRecord base = TRY(baseById(id));
        if (force == Force::no) TRY(refuseIfNeeded(base));
        const bool hasFolder = fs::exists(fs::symlink_status(base.files.folder));
        if (hasFolder) {
            // Not at once: a child process between fork and exec may hold a copy of a lock.
            Result<FileLock> taken = FileLock::wait(base.files.folder, FileLock::Kind::exclusive,
                                                    std::chrono::milliseconds(200));
            if (!taken && taken.error().code == ErrorCode::inUse) {
                return Error{ErrorCode::inUse, "the base \"" + base.name + "\" is in use by " +
                                                   listOf(BaseLease::holders(m_layout, id)) +
                                                   ": end that first"};
            }
            folderLock = TRY(std::move(taken));
        }
        TRY(m_database->write(
            [&](auto& c) { return baseTable::setState(c, id, BaseState::deleting); }));
        if (hasFolder) rubbish = TRY(moveToTrash(m_layout, base.files.folder));
        TRY(m_database->write([&](auto& c) {
            tagTable::put(c, id.hex(), {});
            return baseTable::erase(c, id);
        }));
    }
    // The base is gone; what cannot be removed now, the next start removes.
    if (!rubbish.empty()) [[maybe_unused]]
        const Result<void> ignored = removeTree(rubbish);
    return {};
}

}  // namespace cloudlet
