#include "engine/catalog/schema.h"

#include <sqlite3.h>

#include "engine/catalog/layout.h"

namespace cloudlet {

namespace {

constexpr int kApplicationId = 0x434c4443;  // "CLDC": tells our file from any other of SQLite's

// quick_check reads every page: 1 ms for a usual catalog. Past this, `verify` is the place.
constexpr std::uint64_t kMostChecked = 64 << 20;

constexpr const char* kStep1 = R"sql(
CREATE TABLE bases (
    id          TEXT NOT NULL PRIMARY KEY
                CHECK (length(id) = 64 AND id NOT GLOB '*[^0-9a-f]*'),
    name        TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
    description TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('ready', 'broken', 'deleting')),
    problem     TEXT NOT NULL DEFAULT '',
    added       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE base_files (
    base     TEXT NOT NULL REFERENCES bases (id) ON DELETE CASCADE,
    file     TEXT NOT NULL
             CHECK (file IN ('base.json', 'disk.raw', 'memory.raw', 'state.bin')),
    size     INTEGER NOT NULL CHECK (size >= 0),
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode    INTEGER NOT NULL,
    PRIMARY KEY (base, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE overlays (
    path    TEXT NOT NULL PRIMARY KEY CHECK (substr(path, 1, 1) = '/'),
    id      TEXT NOT NULL CHECK (length(id) = 64 AND id NOT GLOB '*[^0-9a-f]*'),
    base    TEXT NOT NULL CHECK (length(base) = 64 AND base NOT GLOB '*[^0-9a-f]*'),
    size    INTEGER NOT NULL CHECK (size >= 0),
    title   TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX overlays_by_base ON overlays (base);

CREATE TABLE sessions (
    id          TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    kind        TEXT NOT NULL CHECK (kind IN ('author', 'synthesis', 'base')),
    base        TEXT CHECK (length(base) = 64),
    overlay     TEXT CHECK (length(overlay) = 64),
    title       TEXT NOT NULL,
    started     INTEGER NOT NULL,
    ended       INTEGER,
    state       TEXT NOT NULL CHECK (state IN ('running', 'closed', 'failed', 'lost')),
    problem     TEXT NOT NULL,
    run_folder  TEXT NOT NULL,
    domain_uuid TEXT NOT NULL,
    domain_name TEXT NOT NULL,
    hypervisor  TEXT NOT NULL,
    forwards    TEXT NOT NULL,
    owner_pid   INTEGER NOT NULL,
    owner_start INTEGER NOT NULL,
    owner_boot  TEXT NOT NULL,
    CHECK ((state = 'running') = (ended IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_start ON sessions (started);
)sql";

// What an overlay was made of besides its base, and the words people file things under: of a base
// the item is its id, of an overlay its path.
constexpr const char* kStep2 = R"sql(
ALTER TABLE overlays ADD COLUMN parent TEXT CHECK (length(parent) = 64);

CREATE TABLE tags (
    item TEXT NOT NULL,
    tag  TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 60),
    PRIMARY KEY (item, tag)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kSteps[] = {kStep1, kStep2};

// What the rest of the catalog reads: a file without one of these is not a whole catalog.
constexpr const char* kProbes[] = {
    "SELECT id, name, description, state, problem, added FROM bases LIMIT 0",
    "SELECT base, file, size, mtime_ns, ctime_ns, inode FROM base_files LIMIT 0",
    "SELECT path, id, base, size, title, created, parent FROM overlays LIMIT 0",
    "SELECT item, tag FROM tags LIMIT 0",
    "SELECT id, owner_pid, owner_start, owner_boot, forwards FROM sessions LIMIT 0",
};

Error damaged(const fs::path& file, const std::string& why) {
    return {ErrorCode::corrupt, "the catalog " + file.string() + " is damaged (" + why +
                                    "): " + std::string(kRebuildRemedy)};
}

struct Version {
    int steps = 0;
    int application = 0;
    int objects = 0;  // tables and indexes
};

Version versionOf(SQLite::Database& connection) {
    return {connection.execAndGet("PRAGMA user_version").getInt(),
            connection.execAndGet("PRAGMA application_id").getInt(),
            connection.execAndGet("SELECT count(*) FROM sqlite_schema").getInt()};
}

Result<void> checkVersion(const Version& version, std::size_t known, const fs::path& file) {
    if (version.objects > 0 && version.application != kApplicationId) {
        return damaged(file, "it is not a catalog of Cloudlet Studio");
    }
    if (version.steps > static_cast<int>(known)) {
        return Error{ErrorCode::unsupported, "the catalog " + file.string() + " has version " +
                                                 std::to_string(version.steps) +
                                                 ", this program knows " + std::to_string(known) +
                                                 ": update Cloudlet Studio, or use another " +
                                                 "catalog with --catalog"};
    }
    if (version.steps < 0 || (version.objects > 0) != (version.steps > 0)) {
        return damaged(file, "its version does not fit its content");
    }
    return {};
}

Result<void> checkContent(SQLite::Database& connection, const fs::path& file) {
    std::error_code ignored;
    if (fs::file_size(file, ignored) <= kMostChecked) {
        const std::string answer = connection.execAndGet("PRAGMA quick_check(1)").getString();
        if (answer != "ok") return damaged(file, answer);
    }
    return {};
}

Result<void> checkTables(SQLite::Database& connection, const fs::path& file) {
    for (const char* probe : kProbes) {
        const int code = connection.tryExec(probe);
        if (code == SQLITE_ERROR) return damaged(file, connection.getErrorMsg());
        if (code != SQLITE_OK) return sqliteError(code, connection.getErrorMsg(), file);
    }
    return {};
}

// A whole copy under a name that only a finished copy gets.
Result<void> backUp(SQLite::Database& connection, const fs::path& file, int version) {
    const fs::path target = file.native() + ".v" + std::to_string(version) + ".bak";
    const fs::path part = target.native() + ".part";
    std::error_code ignored;
    fs::remove(part, ignored);
    SQLite::Statement vacuum(connection, "VACUUM INTO ?");
    vacuum.bind(1, part.native());
    vacuum.exec();
    return renameDurably(part, target);
}

}  // namespace

std::span<const char* const> schemaSteps() {
    return kSteps;
}

Result<void> prepareSchema(Database& database, std::span<const char* const> steps) {
    const fs::path& file = database.file();
    const auto last = static_cast<int>(steps.size());
    const Version found = TRY(database.read([&](SQLite::Database& c) -> Result<Version> {
        const Version version = versionOf(c);
        TRY(checkVersion(version, steps.size(), file));
        TRY(checkContent(c, file));
        return version;
    }));
    if (found.steps < last && database.isReadOnly()) {
        return Error{ErrorCode::unsupported,
                     "the catalog " + file.string() +
                         " is of an older version and may only be read: open it once as a user "
                         "who may write to it"};
    }
    if (found.steps < last) {
        if (found.steps > 0) {
            TRY(database.plainly([&](auto& c) { return backUp(c, file, found.steps); }));
        }
        TRY(database.write([&](SQLite::Database& c) -> Result<void> {
            const Version now = versionOf(c);  // another program may have been faster
            TRY(checkVersion(now, steps.size(), file));
            for (int step = now.steps; step < last; ++step) {
                c.exec(steps[static_cast<std::size_t>(step)]);
            }
            c.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
            c.exec("PRAGMA user_version=" + std::to_string(last));
            return {};
        }));
    }
    return database.read([&](SQLite::Database& c) { return checkTables(c, file); });
}

}  // namespace cloudlet
