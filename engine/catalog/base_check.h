// Compares the files of a base VM with its description. Blocks for as long as hashing takes
// (about 1 GB/s a core); any thread; changes nothing.
#pragma once

#include <stop_token>

#include "engine/base/progress.h"
#include "engine/catalog/records.h"

namespace cloudlet {

// A file whose content the base id covers.
struct CoveredFile {
    enum class Kind : std::uint8_t { plain, image };

    fs::path path;
    Kind kind = Kind::plain;  // how it is hashed: SHA-256, or hashImage
    std::uint64_t size = 0;
    Hash hash;

    std::string name() const { return path.filename().string(); }
};

std::vector<CoveredFile> coveredFiles(const BaseFiles& files, const BaseVm& vm);

// Size and existence only. Errors: corrupt, naming the file.
Result<void> checkSizes(const BaseFiles& files, const BaseVm& vm);
// Reads and hashes one file as it is stored. Advances `progress` by its size.
// Errors: corrupt, naming the file; cancelled; I/O.
Result<void> checkContent(const CoveredFile& file, Progress& progress, std::stop_token stop);

// REQUIRES: nobody is writing the file. Waits up to 20 ms until a later change is sure to get
// another change time: the kernel's clock for files ticks every 1 to 10 ms.
Result<FileStamp> stampOf(const fs::path& path);
Result<std::vector<FileStamp>> stampsOf(const BaseFiles& files, const BaseVm& vm);

// The description that lies in the folder. Errors: corrupt, if its id is not `id`.
Result<BaseVm> readDescription(const BaseFiles& files, const BaseId& id);

// Builds chunks.idx anew if it is missing or damaged; it is not covered by the id.
// Advances `progress` only then. Errors: cancelled, noSpace, I/O.
Result<void> ensureChunkIndex(const BaseFiles& files, const BaseVm& vm, Progress& progress,
                              std::stop_token stop);

}  // namespace cloudlet
