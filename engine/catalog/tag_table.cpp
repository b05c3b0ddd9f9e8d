#include "engine/catalog/tag_table.h"

namespace cloudlet::tagTable {

void put(SQLite::Database& connection, const std::string& item,
         const std::vector<std::string>& tags) {
    SQLite::Statement remove(connection, "DELETE FROM tags WHERE item = ?");
    remove.bind(1, item);
    remove.exec();
    for (const std::string& tag : tags) {
        SQLite::Statement insert(connection,
                                 "INSERT OR IGNORE INTO tags (item, tag) VALUES (?, ?)");
        insert.bind(1, item);
        insert.bind(2, tag);
        insert.exec();
    }
}

std::map<std::string, std::vector<std::string>> all(SQLite::Database& connection) {
    SQLite::Statement query(connection, "SELECT item, tag FROM tags ORDER BY item, tag");
    std::map<std::string, std::vector<std::string>> result;
    while (query.executeStep()) {
        result[query.getColumn(0).getString()].push_back(query.getColumn(1).getString());
    }
    return result;
}

}  // namespace cloudlet::tagTable
