// Rows of sessions. Functions here may throw SQLite::Exception: call them only inside
// Database::read and write.
#pragma once

#include "engine/catalog/database.h"
#include "engine/catalog/records.h"

namespace cloudlet::sessionTable {

void put(SQLite::Database& connection, const SessionRecord& record);
// Newest first, at most `most`.
Result<std::vector<SessionRecord>> newest(SQLite::Database& connection, std::uint32_t most);
Result<std::vector<SessionRecord>> running(SQLite::Database& connection);
// Errors: notFound.
Result<SessionRecord> find(SQLite::Database& connection, const std::string& id);
// Forgets the oldest ended ones past `keep`.
void prune(SQLite::Database& connection, std::uint32_t keep);

}  // namespace cloudlet::sessionTable
