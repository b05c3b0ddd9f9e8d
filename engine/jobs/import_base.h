// Adds the base VM of a package (PACKAGE.md) to a catalog. Blocks until done; any thread.
#pragma once

#include "engine/catalog/catalog.h"

namespace cloudlet {

// Checks everything against the id before it counts. Repeated after an interruption, it goes on
// where it stopped. Cancelled or killed, it leaves what it unpacked for that; on any other error
// it leaves nothing. A base that the catalog has already is not read again (wasThere).
// Errors: invalid (no package), unsupported (newer), corrupt, noSpace (with the number missing,
// before anything is written), inUse (another import of this base runs), cancelled.
Result<PublishedBase> importBase(Catalog& catalog, const fs::path& path, Progress& progress,
                                 std::stop_token stop);

}  // namespace cloudlet
