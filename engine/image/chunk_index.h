// Finds chunks of a base VM by content: which chunk of its disk or memory might equal this one?
// Built once when a base is made or imported, then memory-mapped.
//
// File (little-endian):
//
//   0   magic "CLDINDX1"
//   8   u64 diskChunks    chunks of the disk image
//   16  u64 memoryChunks  chunks of the memory image
//   24  u64 count         records below
//   32  u64 checksum      XXH3-64 of the records
//   40  records, count x 16 bytes, sorted by key, then by chunk:
//         u64 key    low half of the XXH3-128 of a chunk's content
//         u64 chunk  index; a memory chunk counts on from diskChunks
//
// Zero chunks and holes are left out; of equal chunks only the first is kept, disk before
// memory. The index only proposes: a caller compares contents before it believes.
#pragma once

#include <optional>
#include <stop_token>

#include "engine/base/hash.h"
#include "engine/base/mapped_file.h"
#include "engine/base/progress.h"
#include "engine/image/chunk.h"

namespace cloudlet {

class ChunkIndex {
public:
    // Errors: corrupt (then build it anew), unsupported, I/O. Reads all of it once.
    static Result<ChunkIndex> open(const fs::path& path, std::uint64_t diskSize,
                                   std::uint64_t memorySize);
    // Writes the index of two images to `path`. Advances `progress` by bytes of both images.
    // A chunk that the end of an image cuts is left out. Errors: noSpace, cancelled, I/O.
    static Result<void> build(const File& disk, const File& memory, const fs::path& path,
                              Progress& progress, std::stop_token stop);

    // A base chunk that may hold this content. Any thread.
    std::optional<ChunkRef> find(const Fingerprint& content) const;
    std::uint64_t size() const { return m_count; }

private:
    ChunkIndex(MappedFile file, std::uint64_t diskChunks, std::uint64_t count);

    MappedFile m_file;
    std::uint64_t m_diskChunks = 0;
    std::uint64_t m_count = 0;
};

}  // namespace cloudlet
