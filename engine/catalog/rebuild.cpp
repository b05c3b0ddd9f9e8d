#include "engine/catalog/rebuild.h"

#include <unistd.h>

#include <ctime>

#include "engine/base/file.h"
#include "engine/catalog/base_table.h"
#include "engine/catalog/overlay_table.h"
#include "engine/catalog/schema.h"
#include "engine/catalog/session_table.h"
#include "engine/catalog/sweep.h"
#include "engine/catalog/tag_table.h"

namespace cloudlet {

namespace {

struct Salvage {
    std::vector<OverlayRecord> overlays;
    std::vector<SessionRecord> sessions;
    std::map<std::string, std::vector<std::string>> tags;
};

// What a damaged database still tells; an error means that a table tells nothing.
Salvage salvage(const fs::path& file) {
    Salvage result;
    const auto database = Database::open(file, Database::Access::readOnly);
    if (!database) return result;
    auto overlays = (*database)->read([](auto& c) { return overlayTable::all(c); });
    if (overlays) result.overlays = std::move(*overlays);
    auto sessions = (*database)->read([](auto& c) { return sessionTable::newest(c, 1000); });
    if (sessions) result.sessions = std::move(*sessions);
    using Tags = std::map<std::string, std::vector<std::string>>;
    auto tags = (*database)->read([](auto& c) -> Result<Tags> { return tagTable::all(c); });
    if (tags) result.tags = std::move(*tags);
    return result;
}

Result<fs::path> putAside(const CatalogLayout& layout) {
    const fs::path file = layout.database();
    if (!fs::exists(fs::symlink_status(file))) return fs::path();
    const fs::path kept = file.native() + ".damaged-" + std::to_string(std::time(nullptr)) + "-" +
                          std::to_string(::getpid());
    // The journal first: beside the new database it would be rolled back into it.
    const fs::path journal = file.native() + "-journal";
    if (fs::exists(journal)) TRY(renameDurably(journal, kept.native() + "-journal"));
    TRY(renameDurably(file, kept));
    return kept;
}

// A record that the new tables refuse was damaged: it is left out.
template <typename Records, typename Put>
std::size_t putAll(Database& database, const Records& records, Put put) {
    std::size_t count = 0;
    for (const auto& record : records) {
        const auto done = database.write([&](auto& c) -> Result<void> {
            put(c, record);
            return {};
        });
        if (done) ++count;
    }
    return count;
}

}  // namespace

Result<RebuildReport> rebuildCatalog(const fs::path& root) {
    const CatalogLayout layout{fs::absolute(root).lexically_normal()};
    TRY(layout.create());
    const CatalogLock lock = TRY(CatalogLock::acquire(layout, "rebuilding the catalog"));
    RebuildReport report;
    const Salvage saved = salvage(layout.database());
    report.damaged = TRY(putAside(layout));
    const auto database = TRY(Database::open(layout.database(), Database::Access::readWrite));
    TRY(prepareSchema(*database));
    TRY(adoptBases(layout, *database, report.notes));
    report.bases = TRY(database->read([&](auto& c) { return baseTable::all(c, layout); })).size();
    report.overlays = putAll(*database, saved.overlays, overlayTable::put);
    report.sessions = putAll(*database, saved.sessions, sessionTable::put);
    putAll(*database, saved.tags,
           [](auto& c, const auto& item) { tagTable::put(c, item.first, item.second); });
    return report;
}

}  // namespace cloudlet
