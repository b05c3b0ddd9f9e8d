#include "engine/catalog/catalog.h"

#include <openssl/rand.h>

#include <algorithm>
#include <ctime>

#include "engine/base/file.h"
#include "engine/catalog/overlay_table.h"
#include "engine/catalog/schema.h"
#include "engine/catalog/session_table.h"
#include "engine/catalog/sweep.h"

namespace cloudlet {

namespace {

std::string newSessionId() {
    Hash random;
    CHECK(::RAND_bytes(reinterpret_cast<unsigned char*>(random.bytes.data()), 16) == 1);
    return random.hex().substr(0, 32);
}

// Without resolving links: the file may be missing, and its name is what a person knows.
fs::path absolutePath(const fs::path& path) {
    fs::path result = fs::absolute(path).lexically_normal();
    return result.has_filename() ? result : result.parent_path();
}

}  // namespace

Catalog::Catalog(CatalogLayout layout, std::unique_ptr<Database> database)
    : m_layout(std::move(layout)), m_database(std::move(database)) {}

Result<Catalog> Catalog::open(const fs::path& root) {
    const CatalogLayout layout{absolutePath(root)};
    const Result<void> created = layout.create();
    const bool writable = layout.isWritable();
    if (!created && (writable || !fs::exists(layout.database()))) return created.error();
    const auto access = writable ? Database::Access::readWrite : Database::Access::readOnly;
    Catalog catalog(layout, TRY(Database::open(layout.database(), access)));
    TRY(prepareSchema(*catalog.m_database));
    if (!writable) return catalog;
    Result<std::vector<std::string>> notes = sweep(layout, *catalog.m_database);
    if (notes) {
        catalog.m_notes = std::move(*notes);
    } else if (notes.error().code == ErrorCode::corrupt) {
        return std::move(notes).error();
    } else {
        // A full disk must not hide what is there.
        catalog.m_notes.push_back("the catalog could not be tidied: " + notes.error().message);
    }
    return catalog;
}

Result<void> Catalog::recordOverlay(const OverlayRecord& overlay) {
    OverlayRecord record = overlay;
    record.path = absolutePath(overlay.path);
    return m_database->write([&](auto& c) -> Result<void> {
        overlayTable::put(c, record);
        return {};
    });
}

Result<std::vector<OverlayRecord>> Catalog::overlays() const {
    auto records = TRY(m_database->read([](auto& c) { return overlayTable::all(c); }));
    for (OverlayRecord& record : records) {
        std::error_code ignored;
        record.missing = !fs::is_regular_file(record.path, ignored);
    }
    return records;
}

Result<void> Catalog::forgetOverlay(const fs::path& path) {
    return m_database->write([&](auto& c) -> Result<void> {
        if (overlayTable::erase(c, absolutePath(path))) return {};
        return Error{ErrorCode::notFound, "the catalog knows no overlay " + path.string() +
                                              "; cloudlet list-overlay shows those it does"};
    });
}

Result<SessionRecord> Catalog::beginSession(SessionRecord session) {
    session.id = newSessionId();
    session.started = std::time(nullptr);
    session.ended.reset();
    session.state = SessionState::running;
    session.owner = ProcessIdentity::self();
    return m_database->write([&](auto& c) -> Result<SessionRecord> {
        sessionTable::put(c, session);
        return session;
    });
}

Result<void> Catalog::updateSession(const SessionRecord& session) {
    return m_database->write([&](auto& c) -> Result<void> {
        const SessionRecord stored = TRY(sessionTable::find(c, session.id));
        if (stored.state == SessionState::running) sessionTable::put(c, session);
        return {};
    });
}

Result<void> Catalog::endSession(const std::string& id, SessionState state,
                                 const std::string& problem) {
    CHECK(state != SessionState::running);
    return m_database->write([&](auto& c) -> Result<void> {
        SessionRecord session = TRY(sessionTable::find(c, id));
        if (session.state != SessionState::running) return {};
        session.state = state;
        session.problem = problem;
        session.ended = std::time(nullptr);
        sessionTable::put(c, session);
        return {};
    });
}

Result<std::vector<SessionRecord>> Catalog::sessions(std::uint32_t most) const {
    return m_database->read([&](auto& c) { return sessionTable::newest(c, most); });
}

Result<std::vector<SessionRecord>> Catalog::runningSessions() const {
    return m_database->read([](auto& c) { return sessionTable::running(c); });
}

Result<RunFolder> Catalog::runFolder() {
    return RunFolder::create(m_layout);
}

Result<std::vector<RunFolder>> Catalog::staleRunFolders() {
    return RunFolder::stale(m_layout);
}

}  // namespace cloudlet
