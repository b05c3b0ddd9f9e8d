#include "engine/catalog/sweep.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "engine/base/file.h"
#include "engine/catalog/base_check.h"
#include "engine/catalog/base_table.h"
#include "engine/catalog/remove_tree.h"
#include "engine/catalog/session_table.h"
#include "engine/catalog/staged_base.h"

namespace cloudlet {

namespace {

constexpr const char* kInvalidPrefix = "invalid-";
constexpr std::uint32_t kKeptSessions = 1000;

using Notes = std::vector<std::string>;

// The entries of a folder; none if it cannot be read.
std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        entries.push_back(it->path());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool isOld(const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return false;
    return std::time(nullptr) - info.st_mtime > std::chrono::seconds(kKeepLeftovers).count();
}

bool hasPrefix(const fs::path& path, const char* prefix) {
    return path.filename().native().starts_with(prefix);
}

// The lock if nobody else has it: then its owner is dead.
std::optional<FileLock> lockIfFree(const fs::path& path) {
    Result<std::optional<FileLock>> lock = FileLock::tryLock(path, FileLock::Kind::exclusive);
    return lock ? std::move(*lock) : std::nullopt;
}

Result<BaseRecord> examineBase(const CatalogLayout& layout, const fs::path& folder) {
    const Result<Hash> hash = Hash::fromHex(folder.filename().native());
    if (!hash) return Error{ErrorCode::corrupt, folder.string() + " is not named like a base"};
    BaseRecord record;
    record.id = {*hash};
    record.files = layout.base(record.id);
    if (record.files.folder != folder) {  // upper-case digits
        return Error{ErrorCode::corrupt, folder.string() + " is not named like a base"};
    }
    record.vm = TRY(readDescription(record.files, record.id));
    TRY(checkSizes(record.files, record.vm));
    record.name = record.vm.name;
    record.added = std::time(nullptr);
    return record;
}

Result<void> sweepRows(const CatalogLayout& layout, Database& database, Notes& notes) {
    const auto records = TRY(database.read([&](auto& c) { return baseTable::all(c, layout); }));
    for (const BaseRecord& record : records) {
        if (record.state != BaseState::ready) continue;
        const Result<void> whole = checkSizes(record.files, record.vm);
        if (whole || whole.error().code != ErrorCode::corrupt) continue;
        const std::string& problem = whole.error().message;
        TRY(database.write([&](auto& c) {
            return baseTable::setState(c, record.id, BaseState::broken, problem);
        }));
        notes.push_back("the base \"" + record.name + "\" is broken: " + problem);
    }
    return {};
}

void sweepIncoming(const CatalogLayout& layout) {
    for (const fs::path& entry : entriesOf(layout.incoming())) {
        if (hasPrefix(entry, kResumePrefix) && !isOld(entry)) continue;
        const std::optional<FileLock> lock = lockIfFree(entry);
        // If it cannot be moved now, the next start tries again; so below.
        if (lock) [[maybe_unused]]
            const Result<fs::path> ignored = moveToTrash(layout, entry);
    }
}

void sweepLeases(const CatalogLayout& layout) {
    for (const fs::path& entry : entriesOf(layout.leases())) {
        struct stat info {};
        if (::lstat(entry.c_str(), &info) != 0) continue;
        // An empty young one may be a note about to be locked and written.
        if (info.st_size == 0 && std::time(nullptr) - info.st_mtime < 60) continue;
        const std::optional<FileLock> lock = lockIfFree(entry);
        if (lock) ::unlink(entry.c_str());
    }
}

// Without the CatalogLock: this may take long, and each entry has a lock of its own.
void emptyTrash(const CatalogLayout& layout) {
    for (const fs::path& entry : entriesOf(layout.trash())) {
        if (hasPrefix(entry, kInvalidPrefix) && !isOld(entry)) continue;
        const std::optional<FileLock> lock = lockIfFree(entry);
        if (lock) [[maybe_unused]]
            const Result<void> ignored = removeTree(entry);
    }
}

}  // namespace

Result<std::vector<std::string>> sweep(const CatalogLayout& layout, Database& database) {
    Notes notes;
    {
        using std::chrono::milliseconds;
        Result<CatalogLock> lock = CatalogLock::acquire(layout, "sweeping", milliseconds(0));
        if (!lock && lock.error().code == ErrorCode::inUse) return notes;
        const CatalogLock held = TRY(std::move(lock));
        TRY(finishDeletes(layout, database));
        TRY(sweepRows(layout, database, notes));
        TRY(adoptBases(layout, database, notes));
        sweepIncoming(layout);
        sweepLeases(layout);
    }
    emptyTrash(layout);
    const auto tooMany = TRY(database.read([](auto& c) -> Result<bool> {
        return c.execAndGet("SELECT count(*) FROM sessions").getUInt() > kKeptSessions;
    }));
    if (tooMany) {
        TRY(database.write([](auto& c) -> Result<void> {
            sessionTable::prune(c, kKeptSessions);
            return {};
        }));
    }
    return notes;
}

Result<void> adoptBases(const CatalogLayout& layout, Database& database, Notes& notes) {
    const auto records = TRY(database.read([&](auto& c) { return baseTable::all(c, layout); }));
    for (const fs::path& folder : entriesOf(layout.bases())) {
        const auto isItsRow = [&](const BaseRecord& r) { return r.files.folder == folder; };
        if (std::any_of(records.begin(), records.end(), isItsRow)) continue;
        Result<BaseRecord> record = examineBase(layout, folder);
        if (record) {
            const std::string name =
                TRY(database.write([&](auto& c) { return baseTable::put(c, *record); }));
            notes.push_back("the base \"" + name + "\" was found and added to the catalog again");
        } else if (record.error().code == ErrorCode::corrupt) {
            const fs::path kept = TRY(moveToTrash(layout, folder, kInvalidPrefix));
            ::utimensat(AT_FDCWD, kept.c_str(), nullptr, 0);  // its week begins now
            notes.push_back("a folder that is no whole base was moved to " + kept.string() +
                            " and will be removed in a week: " + record.error().message);
        } else {
            notes.push_back("a folder was left as it is: " + record.error().message);
        }
    }
    return {};
}

Result<void> finishDeletes(const CatalogLayout& layout, Database& database) {
    const auto records = TRY(database.read([&](auto& c) { return baseTable::all(c, layout); }));
    for (const BaseRecord& record : records) {
        if (record.state != BaseState::deleting) continue;
        if (fs::exists(fs::symlink_status(record.files.folder))) {
            TRY(moveToTrash(layout, record.files.folder));
        }
        TRY(database.write([&](auto& c) { return baseTable::erase(c, record.id); }));
    }
    return {};
}

Result<fs::path> moveToTrash(const CatalogLayout& layout, const fs::path& folder,
                             const std::string& prefix) {
    const std::string stem = folder.filename().string().substr(0, 100);
    std::string name = (layout.trash() / (prefix + stem + "-XXXXXX")).string();
    // rename replaces an empty folder, so this name is ours; a stray plain file goes inside it.
    if (::mkdtemp(name.data()) == nullptr) {
        return systemError(errno, "create a directory in", layout.trash());
    }
    const bool isFolder = fs::is_directory(fs::symlink_status(folder));
    TRY(renameDurably(folder, isFolder ? fs::path(name) : fs::path(name) / "file"));
    return fs::path(name);
}

}  // namespace cloudlet
