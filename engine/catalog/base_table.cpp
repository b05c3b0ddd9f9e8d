#include "engine/catalog/base_table.h"

#include <algorithm>

namespace cloudlet::baseTable {

namespace {

constexpr const char* kSelect = "SELECT id, name, description, state, problem, added FROM bases ";

const char* toString(BaseState state) {
    switch (state) {
        case BaseState::ready:
            return "ready";
        case BaseState::broken:
            return "broken";
        case BaseState::deleting:
            break;
    }
    return "deleting";
}

BaseState stateOf(const std::string& text) {
    if (text == "ready") return BaseState::ready;
    return text == "broken" ? BaseState::broken : BaseState::deleting;
}

Result<BaseRecord> recordOf(SQLite::Statement& row, const CatalogLayout& layout) {
    const auto damaged = [&](const std::string& why) {
        return Error{ErrorCode::corrupt, "the catalog " + layout.database().string() +
                                             " is damaged (" + why + "): " + kRebuildRemedy};
    };
    BaseRecord record;
    const Result<Hash> id = Hash::fromHex(row.getColumn(0).getString());
    if (!id) return damaged(id.error().message);
    record.id = {*id};
    record.name = row.getColumn(1).getString();
    const std::string description = row.getColumn(2).getString();
    Result<BaseVm> vm = BaseVm::parse(description);
    if (!vm) return damaged(vm.error().message);
    record.vm = std::move(*vm);
    if (record.vm.id() != record.id) return damaged("a base is described by another's text");
    record.files = layout.base(record.id);
    record.state = stateOf(row.getColumn(3).getString());
    record.problem = row.getColumn(4).getString();
    record.added = row.getColumn(5).getInt64();
    return record;
}

std::vector<FileStamp> stampsOf(SQLite::Database& connection, const BaseId& id) {
    SQLite::Statement query(connection,
                            "SELECT file, size, mtime_ns, ctime_ns, inode FROM base_files "
                            "WHERE base = ? ORDER BY file");
    query.bind(1, id.hex());
    std::vector<FileStamp> stamps;
    while (query.executeStep()) {
        stamps.push_back({query.getColumn(0).getString(),
                          static_cast<std::uint64_t>(query.getColumn(1).getInt64()),
                          query.getColumn(2).getInt64(), query.getColumn(3).getInt64(),
                          static_cast<std::uint64_t>(query.getColumn(4).getInt64())});
    }
    return stamps;
}

bool isNameTaken(SQLite::Database& connection, const std::string& name, const BaseId& except) {
    SQLite::Statement query(connection, "SELECT 1 FROM bases WHERE name = ? AND id <> ?");
    query.bind(1, name);
    query.bind(2, except.hex());
    return query.executeStep();
}

}  // namespace

Result<std::vector<BaseRecord>> all(SQLite::Database& connection, const CatalogLayout& layout) {
    SQLite::Statement query(connection, std::string(kSelect) + "ORDER BY name");
    std::vector<BaseRecord> records;
    while (query.executeStep()) records.push_back(TRY(recordOf(query, layout)));
    for (BaseRecord& record : records) record.stamps = stampsOf(connection, record.id);
    return records;
}

Result<BaseRecord> find(SQLite::Database& connection, const CatalogLayout& layout,
                        const BaseId& id) {
    SQLite::Statement query(connection, std::string(kSelect) + "WHERE id = ?");
    query.bind(1, id.hex());
    if (!query.executeStep()) {
        return Error{ErrorCode::notFound, "there is no base " + id.shortHex() +
                                              " in this catalog; cloudlet list-base shows "
                                              "those that are"};
    }
    BaseRecord record = TRY(recordOf(query, layout));
    record.stamps = stampsOf(connection, id);
    return record;
}

Result<std::string> put(SQLite::Database& connection, const BaseRecord& record) {
    std::string name = record.name;
    for (int number = 2; isNameTaken(connection, name, record.id); ++number) {
        name = record.name + " (" + std::to_string(number) + ")";
    }
    SQLite::Statement insert(connection,
                             "INSERT INTO bases (id, name, description, state, problem, added) "
                             "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                             "name = excluded.name, state = excluded.state, "
                             "problem = excluded.problem, added = excluded.added");
    insert.bind(1, record.id.hex());
    insert.bind(2, name);
    insert.bind(3, record.vm.serialize());
    insert.bind(4, toString(record.state));
    insert.bind(5, record.problem);
    insert.bind(6, record.added);
    insert.exec();
    TRY(setStamps(connection, record.id, record.stamps));
    return name;
}

Result<void> setState(SQLite::Database& connection, const BaseId& id, BaseState state,
                      const std::string& problem) {
    SQLite::Statement update(connection, "UPDATE bases SET state = ?, problem = ? WHERE id = ?");
    update.bind(1, toString(state));
    update.bind(2, problem);
    update.bind(3, id.hex());
    update.exec();
    return {};
}

Result<void> setStamps(SQLite::Database& connection, const BaseId& id,
                       const std::vector<FileStamp>& stamps) {
    SQLite::Statement clear(connection, "DELETE FROM base_files WHERE base = ?");
    clear.bind(1, id.hex());
    clear.exec();
    SQLite::Statement insert(connection, "INSERT INTO base_files VALUES (?, ?, ?, ?, ?, ?)");
    for (const FileStamp& stamp : stamps) {
        insert.reset();
        insert.bind(1, id.hex());
        insert.bind(2, stamp.file);
        insert.bind(3, static_cast<std::int64_t>(stamp.size));
        insert.bind(4, stamp.mtimeNs);
        insert.bind(5, stamp.ctimeNs);
        insert.bind(6, static_cast<std::int64_t>(stamp.inode));
        insert.exec();
    }
    return {};
}

Result<void> erase(SQLite::Database& connection, const BaseId& id) {
    SQLite::Statement remove(connection, "DELETE FROM bases WHERE id = ?");
    remove.bind(1, id.hex());
    remove.exec();
    return {};
}

}  // namespace cloudlet::baseTable
