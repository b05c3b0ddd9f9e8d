// Writes a base VM of a catalog to one file (PACKAGE.md). Blocks until done; any thread.
#pragma once

#include "engine/catalog/catalog.h"

namespace cloudlet {

struct ExportOptions {
    int level = 3;           // of zstd; 3 keeps up with a disk, 19 saves a tenth more
    bool overwrite = false;  // replace a file of that name
};

// `path` appears when it is complete and durable; until then the work is in PATH.part, and is
// continued if the export is repeated after an interruption. On a full disk that goes as well.
// Errors: exists, notFound (the base), corrupt (the base is damaged), inUse (another export to
// that file runs), noSpace (with what may be missing at most), cancelled.
Result<void> exportBase(Catalog& catalog, const BaseId& id, const fs::path& path,
                        const ExportOptions& options, Progress& progress, std::stop_token stop);

}  // namespace cloudlet
