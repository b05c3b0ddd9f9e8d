// Rows of bases and base_files. Functions here may throw SQLite::Exception: call them only
// inside Database::read and write.
#pragma once

#include "engine/catalog/database.h"
#include "engine/catalog/layout.h"
#include "engine/catalog/records.h"

namespace cloudlet::baseTable {

// All of any state, by name. Errors: corrupt, if a row does not hold what its id says.
Result<std::vector<BaseRecord>> all(SQLite::Database& connection, const CatalogLayout& layout);
// Errors: notFound, with the remedy.
Result<BaseRecord> find(SQLite::Database& connection, const CatalogLayout& layout,
                        const BaseId& id);
// Inserts or replaces the row and its stamps. record.name is the wish; returns the name given:
// "NAME", or "NAME (2)" and so on if another base has it.
Result<std::string> put(SQLite::Database& connection, const BaseRecord& record);
Result<void> setState(SQLite::Database& connection, const BaseId& id, BaseState state,
                      const std::string& problem = {});
Result<void> setStamps(SQLite::Database& connection, const BaseId& id,
                       const std::vector<FileStamp>& stamps);
Result<void> erase(SQLite::Database& connection, const BaseId& id);

}  // namespace cloudlet::baseTable
