// Rows of tags. Functions here may throw SQLite::Exception: call them only inside Database::read
// and write.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/catalog/database.h"

namespace cloudlet::tagTable {

// Instead of those that the item has. None takes the item out.
void put(SQLite::Database& connection, const std::string& item,
         const std::vector<std::string>& tags);
// By item; each item's in order.
std::map<std::string, std::vector<std::string>> all(SQLite::Database& connection);

}  // namespace cloudlet::tagTable
