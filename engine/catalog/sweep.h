// Mends what an interrupted program left in a catalog. Idempotent, and safe while other programs
// work: what they use is flock'd. Run at every start.
//
//   found                                   done
//   row "deleting"                          the removal is finished
//   row "ready", files missing              row becomes "broken"; never removed by itself
//   folder in bases/ without a row          registered again if complete, else kept a week in
//                                           trash/ as "invalid-..."
//   unlocked folder in incoming/            to trash/; "resume-..." only after a week
//   unlocked note in leases/                removed
//   unlocked folder in trash/               removed; "invalid-..." only after a week
//
// Run folders are the caller's: see RunFolder::stale().
#pragma once

#include "engine/catalog/database.h"
#include "engine/catalog/layout.h"

namespace cloudlet {

// One sentence for each thing a person should know. Does nothing if another program moves
// folders at this moment. Errors: corrupt, I/O.
Result<std::vector<std::string>> sweep(const CatalogLayout& layout, Database& database);

// Registers, or puts aside, the folders of bases/ that have no row, saying so in `notes`.
// REQUIRES: the caller holds the CatalogLock; likewise below.
Result<void> adoptBases(const CatalogLayout& layout, Database& database,
                        std::vector<std::string>& notes);
Result<void> finishDeletes(const CatalogLayout& layout, Database& database);
// Moves a folder to trash/ under PREFIX and a name of its own; durable on return. A lock on the
// folder goes with it. Returns where it is now.
Result<fs::path> moveToTrash(const CatalogLayout& layout, const fs::path& folder,
                             const std::string& prefix = "gone-");

}  // namespace cloudlet
