// What helps others to find a fault on this machine, as one .tar.gz that may be shown to
// strangers: findings, versions, the catalog's bases and last sessions. No content of a guest, no
// titles, notes or names of overlays, and the home folder only as "~". Blocks for some seconds.
#pragma once

#include <stop_token>

#include "engine/base/file.h"
#include "engine/jobs/examine_host.h"

namespace cloudlet {

class Catalog;

// `catalog` may be null; `log` is the caller's own, empty if there is none. Replaces `file`.
// Errors: notFound (tar), cancelled, I/O.
Result<void> writeDiagnostics(const fs::path& file, const std::vector<HostFinding>& findings,
                              const Catalog* catalog, const std::string& log, std::stop_token stop);

}  // namespace cloudlet
