#include "engine/catalog/catalog.h"

#include <openssl/rand.h>

#include <algorithm>
#include <ctime>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/catalog/overlay_table.h"
#include "engine/catalog/schema.h"
#include "engine/catalog/session_table.h"
#include "engine/catalog/sweep.h"
#include "engine/catalog/tag_table.h"

namespace cloudlet {

namespace {

constexpr std::size_t kMostTagBytes = 60;

Error unknownOverlay(const fs::path& path) {
    return {ErrorCode::notFound, "the catalog knows no overlay " + path.string() +
                                     "; cloudlet list-overlay shows those it does"};
}

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

Result<Catalog> Catalog::open(const fs::path& root, Mend when) {
    const CatalogLayout layout{absolutePath(root)};
    const Result<void> created = layout.create();
    const bool writable = layout.isWritable();
    if (!created && (writable || !fs::exists(layout.database()))) return created.error();
    const auto access = writable ? Database::Access::readWrite : Database::Access::readOnly;
    Catalog catalog(layout, TRY(Database::open(layout.database(), access)));
    TRY(prepareSchema(*catalog.m_database));
    if (when == Mend::atOnce) catalog.m_notes = TRY(catalog.mend());
    return catalog;
}

Result<std::vector<std::string>> Catalog::mend() const {
    if (isReadOnly()) return std::vector<std::string>{};
    Result<std::vector<std::string>> notes = sweep(m_layout, *m_database);
    if (notes || notes.error().code == ErrorCode::corrupt) return notes;
    // A full disk must not hide what is there.
    return std::vector{"the catalog could not be tidied: " + notes.error().message};
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
        tagTable::put(c, absolutePath(path).native(), {});
        if (overlayTable::erase(c, absolutePath(path))) return {};
        return unknownOverlay(path);
    });
}

Result<std::map<std::string, std::vector<std::string>>> Catalog::tags() const {
    using Tags = std::map<std::string, std::vector<std::string>>;
    return m_database->read([](auto& c) -> Result<Tags> { return tagTable::all(c); });
}

Result<void> Catalog::putTags(const std::string& item, const std::vector<std::string>& tags) {
    for (const std::string& tag : tags) {
        if (!tag.empty() && isDisplayText(tag, kMostTagBytes) &&
            tag.find_first_of(" ,") == std::string::npos) {
            continue;
        }
        return Error{ErrorCode::invalid, "a tag is one word of 1 to " +
                                             std::to_string(kMostTagBytes) +
                                             " bytes, without a comma"};
    }
    return m_database->write([&](auto& c) -> Result<void> {
        tagTable::put(c, item, tags);
        return {};
    });
}

Result<void> Catalog::setTags(const BaseId& base, const std::vector<std::string>& tags) {
    TRY(baseById(base));
    return putTags(base.hex(), tags);
}

Result<void> Catalog::setTags(const fs::path& overlay, const std::vector<std::string>& tags) {
    const fs::path path = absolutePath(overlay);
    const std::vector<OverlayRecord> known = TRY(overlays());
    const bool there = std::any_of(known.begin(), known.end(),
                                   [&](const OverlayRecord& each) { return each.path == path; });
    if (!there) return unknownOverlay(overlay);
    return putTags(path.native(), tags);
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
