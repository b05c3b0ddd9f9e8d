#include "engine/catalog/overlay_table.h"

namespace cloudlet::overlayTable {

void put(SQLite::Database& connection, const OverlayRecord& record) {
    SQLite::Statement insert(connection,
                             "INSERT OR REPLACE INTO overlays (path, id, base, size, title, "
                             "created, parent) VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, record.path.native());
    insert.bind(2, record.id.hex());
    insert.bind(3, record.base.hex());
    insert.bind(4, static_cast<std::int64_t>(record.size));
    insert.bind(5, record.title);
    insert.bind(6, record.created);
    if (record.parent) insert.bind(7, record.parent->hex());
    insert.exec();
}

Result<std::vector<OverlayRecord>> all(SQLite::Database& connection,
                                       const std::optional<BaseId>& base) {
    SQLite::Statement query(connection,
                            "SELECT path, id, base, size, title, created, parent FROM overlays "
                            "WHERE base = ?1 OR ?1 IS NULL ORDER BY title, path");
    if (base) query.bind(1, base->hex());
    std::vector<OverlayRecord> records;
    while (query.executeStep()) {
        OverlayRecord record;
        record.path = query.getColumn(0).getString();
        record.id = TRY(Hash::fromHex(query.getColumn(1).getString()));
        record.base = {TRY(Hash::fromHex(query.getColumn(2).getString()))};
        record.size = static_cast<std::uint64_t>(query.getColumn(3).getInt64());
        record.title = query.getColumn(4).getString();
        record.created = query.getColumn(5).getInt64();
        if (!query.isColumnNull(6)) {
            record.parent = TRY(Hash::fromHex(query.getColumn(6).getString()));
        }
        records.push_back(std::move(record));
    }
    return records;
}

bool erase(SQLite::Database& connection, const fs::path& path) {
    SQLite::Statement remove(connection, "DELETE FROM overlays WHERE path = ?");
    remove.bind(1, path.native());
    return remove.exec() > 0;
}

}  // namespace cloudlet::overlayTable
