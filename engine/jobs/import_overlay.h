// Makes a catalog know an overlay that is a file already. Reads its manifest and table, no chunk:
// verify it for that. Blocks for milliseconds; any thread.
#pragma once

#include "engine/catalog/catalog.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

// The row of an overlay with this id in a file of this many bytes.
OverlayRecord overlayRecordOf(const fs::path& path, const Manifest& manifest, const Hash& id,
                              std::uint64_t bytes);

// The file stays where it is. Errors: those of OverlayReader::open() (corrupt, unsupported), I/O.
// That its base is not here is no error: it may come later.
Result<OverlayRecord> importOverlay(Catalog& catalog, const fs::path& path);

}  // namespace cloudlet
