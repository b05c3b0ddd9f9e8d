// Rows of overlays. Functions here may throw SQLite::Exception: call them only inside
// Database::read and write.
#pragma once

#include "engine/catalog/database.h"
#include "engine/catalog/records.h"

namespace cloudlet::overlayTable {

void put(SQLite::Database& connection, const OverlayRecord& record);
// By title, then path; `base` limits to the overlays of one base. Does not look at the files.
Result<std::vector<OverlayRecord>> all(SQLite::Database& connection,
                                       const std::optional<BaseId>& base = std::nullopt);
// False if there was none.
bool erase(SQLite::Database& connection, const fs::path& path);

}  // namespace cloudlet::overlayTable
