// Makes a new catalog.db when the old one is damaged or lost: bases from their own folders,
// overlays and sessions from whatever of the old database can still be read.
#pragma once

#include <string>
#include <vector>

#include "engine/catalog/layout.h"

namespace cloudlet {

struct RebuildReport {
    fs::path damaged;  // where the old database is kept; empty if there was none
    std::size_t bases = 0;
    std::size_t overlays = 0;
    std::size_t sessions = 0;
    std::vector<std::string> notes;
};

// Bases count as never verified afterwards: their next check hashes them in full. Programs that
// have the old database open are told to start again. Errors: inUse, permission, noSpace.
Result<RebuildReport> rebuildCatalog(const fs::path& root);

}  // namespace cloudlet
