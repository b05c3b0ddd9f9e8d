// Which files of the guest's file system the disk chunks of an overlay belong to. Reads base and
// overlay, writes nothing, starts nothing. Blocks; any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/catalog/catalog.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

struct OverlayFile {
    std::string path;  // as the guest's disk spells it: escape it for a terminal
    bool folder = false;
    std::uint64_t chunks = 0;
    std::uint64_t storedBytes = 0;  // their share of the overlay's file
};

// Each changed chunk of the disk counts once: for a file, or for one of the others.
struct OverlayFiles {
    struct Share {
        std::uint64_t chunks = 0;
        std::uint64_t storedBytes = 0;
    };
    std::vector<OverlayFile> files;        // the largest share of the overlay first
    std::vector<std::string> fileSystems;  // that were read: "ext4 \"root\" in partition 1"
    std::string unreadable;                // why there are none; empty if there are
    Share inFiles;
    Share tables;  // the file systems' own: superblocks, bitmaps, inodes
    Share journal;
    Share unowned;  // free, in no readable file system, or of a file that is not on the disk yet
    Share total;
};

// Errors: incompatible (another base), corrupt (the overlay), unsupported (more than 1 TiB of
// changed disk), cancelled. A disk that cannot be read is no error: see `unreadable`.
Result<OverlayFiles> findOverlayFiles(const OverlayReader& overlay, const BaseImages& base,
                                      Progress& progress, std::stop_token stop);
// The same of a file whose base is in the catalog. Errors: also notFound (no such base here).
Result<OverlayFiles> findOverlayFiles(const fs::path& overlay, Catalog& catalog, Progress& progress,
                                      std::stop_token stop);

}  // namespace cloudlet
