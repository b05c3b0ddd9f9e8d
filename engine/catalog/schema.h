// The tables of catalog.db and how an older file becomes a newer one. PRAGMA user_version holds
// the number of steps applied. A change of the tables is a new step, never an edit of an old one.
#pragma once

#include <span>

#include "engine/catalog/database.h"

namespace cloudlet {

// The SQL of each step; step i leads from version i to version i + 1.
std::span<const char* const> schemaSteps();

// Checks the file and brings it to the version of the last step, in one transaction, after a
// copy of it as catalog.db.vN.bak. A read-only database is only checked.
// Errors: unsupported (made by a newer program), corrupt (both with the remedy), noSpace, inUse.
Result<void> prepareSchema(Database& database, std::span<const char* const> steps = schemaSteps());

}  // namespace cloudlet
