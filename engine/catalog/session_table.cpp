#include "engine/catalog/session_table.h"

#include <array>

namespace cloudlet::sessionTable {

namespace {

constexpr const char* kColumns =
    "id, kind, base, overlay, title, started, ended, state, problem, run_folder, domain_uuid, "
    "domain_name, hypervisor, forwards, owner_pid, owner_start, owner_boot";

// In the order of the enums.
constexpr std::array kKinds{"author", "synthesis", "base"};
constexpr std::array kStates{"running", "closed", "failed", "lost"};

// The table's CHECKs let no other text in.
template <typename Enum, std::size_t N>
Enum fromText(const std::array<const char*, N>& names, const std::string& text) {
    for (std::size_t i = 0; i < N; ++i) {
        if (text == names[i]) return static_cast<Enum>(i);
    }
    return static_cast<Enum>(N - 1);
}

Result<SessionRecord> recordOf(SQLite::Statement& row) {
    SessionRecord r;
    r.id = row.getColumn(0).getString();
    r.kind = fromText<SessionKind>(kKinds, row.getColumn(1).getString());
    if (!row.isColumnNull(2)) r.base = BaseId{TRY(Hash::fromHex(row.getColumn(2).getString()))};
    if (!row.isColumnNull(3)) r.overlay = TRY(Hash::fromHex(row.getColumn(3).getString()));
    r.title = row.getColumn(4).getString();
    r.started = row.getColumn(5).getInt64();
    if (!row.isColumnNull(6)) r.ended = row.getColumn(6).getInt64();
    r.state = fromText<SessionState>(kStates, row.getColumn(7).getString());
    r.problem = row.getColumn(8).getString();
    r.runFolder = row.getColumn(9).getString();
    r.domainUuid = row.getColumn(10).getString();
    r.domainName = row.getColumn(11).getString();
    r.hypervisor = row.getColumn(12).getString();
    r.forwards = row.getColumn(13).getString();
    r.owner = {row.getColumn(14).getInt64(),
               static_cast<std::uint64_t>(row.getColumn(15).getInt64()),
               row.getColumn(16).getString()};
    return r;
}

Result<std::vector<SessionRecord>> collect(SQLite::Statement& query) {
    std::vector<SessionRecord> records;
    while (query.executeStep()) records.push_back(TRY(recordOf(query)));
    return records;
}

std::string select(const char* rest) {
    return std::string("SELECT ") + kColumns + " FROM sessions " + rest;
}

}  // namespace

void put(SQLite::Database& connection, const SessionRecord& r) {
    SQLite::Statement insert(connection, std::string("INSERT OR REPLACE INTO sessions (") +
                                             kColumns +
                                             ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    insert.bind(1, r.id);
    insert.bind(2, kKinds[static_cast<std::size_t>(r.kind)]);
    if (r.base) insert.bind(3, r.base->hex());
    if (r.overlay) insert.bind(4, r.overlay->hex());
    insert.bind(5, r.title);
    insert.bind(6, r.started);
    if (r.ended) insert.bind(7, *r.ended);
    insert.bind(8, kStates[static_cast<std::size_t>(r.state)]);
    insert.bind(9, r.problem);
    insert.bind(10, r.runFolder.native());
    insert.bind(11, r.domainUuid);
    insert.bind(12, r.domainName);
    insert.bind(13, r.hypervisor);
    insert.bind(14, r.forwards);
    insert.bind(15, r.owner.pid);
    insert.bind(16, static_cast<std::int64_t>(r.owner.startTime));
    insert.bind(17, r.owner.bootId);
    insert.exec();
}

Result<std::vector<SessionRecord>> newest(SQLite::Database& connection, std::uint32_t most) {
    SQLite::Statement query(connection, select("ORDER BY started DESC, id LIMIT ?"));
    query.bind(1, most);
    return collect(query);
}

Result<std::vector<SessionRecord>> running(SQLite::Database& connection) {
    SQLite::Statement query(connection, select("WHERE state = 'running' ORDER BY started, id"));
    return collect(query);
}

Result<SessionRecord> find(SQLite::Database& connection, const std::string& id) {
    SQLite::Statement query(connection, select("WHERE id = ?"));
    query.bind(1, id);
    if (query.executeStep()) return recordOf(query);
    return Error{ErrorCode::notFound, "there is no session " + id + " in this catalog"};
}

void prune(SQLite::Database& connection, std::uint32_t keep) {
    SQLite::Statement remove(connection,
                             "DELETE FROM sessions WHERE state <> 'running' AND id NOT IN "
                             "(SELECT id FROM sessions ORDER BY started DESC LIMIT ?)");
    remove.bind(1, keep);
    remove.exec();
}

}  // namespace cloudlet::sessionTable
