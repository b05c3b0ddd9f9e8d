#include "engine/image/chunk_index.h"

#include <algorithm>
#include <cstring>

#include "engine/base/parallel.h"

namespace cloudlet {

namespace {

constexpr std::string_view kMagic = "CLDINDX1";
constexpr std::size_t kHeaderSize = 40;
constexpr std::uint64_t kBlock = 4 << 20;  // bytes of image one task fingerprints

struct Record {
    std::uint64_t key = 0;
    std::uint64_t chunk = 0;
    auto operator<=>(const Record&) const = default;
};
static_assert(sizeof(Record) == 16);

struct Block {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

Result<std::vector<Record>> recordsOf(const File& image, Block block, std::uint64_t firstChunk) {
    std::vector<Record> records;
    Bytes buffer(block.length);
    TRY(image.readAt(buffer, block.offset));
    // A chunk that the end of the image cuts is left out: it equals no whole chunk.
    for (std::uint64_t at = 0; at + kChunkSize <= block.length; at += kChunkSize) {
        const ByteView chunk = ByteView(buffer).subspan(at, kChunkSize);
        if (isAllZero(chunk)) continue;
        records.push_back({fingerprint(chunk).low, firstChunk + (block.offset + at) / kChunkSize});
    }
    return records;
}

// Appends the records of an image's data, in order of chunks.
Result<void> appendImage(const File& image, std::uint64_t firstChunk, std::vector<Record>& all,
                         Progress& progress, std::stop_token stop) {
    const std::uint64_t size = TRY(image.size());
    std::uint64_t offset = 0;
    std::uint64_t reported = 0;
    const auto next = [&]() -> Result<std::optional<Block>> {
        const std::optional<Extent> data = TRY(image.nextData(offset));
        if (!data || data->offset >= size) return std::optional<Block>();
        const std::uint64_t begin = std::max(offset, data->offset / kChunkSize * kChunkSize);
        const std::uint64_t dataEnd =
            std::min((data->end() + kChunkSize - 1) / kChunkSize * kChunkSize, size);
        const Block block{begin, std::min(kBlock, dataEnd - begin)};
        offset = begin + block.length;
        progress.advance(offset - reported);
        reported = offset;
        return std::optional(block);
    };
    const auto work = [&](Block block) { return recordsOf(image, block, firstChunk); };
    const auto sink = [&](std::vector<Record> records) -> Result<void> {
        all.insert(all.end(), records.begin(), records.end());
        return {};
    };
    TRY(orderedPipeline<Block, std::vector<Record>>(2 * coreCount(), next, work, sink, stop));
    progress.advance(size - std::min(size, reported));
    return {};
}

}  // namespace

ChunkIndex::ChunkIndex(MappedFile file, std::uint64_t diskChunks, std::uint64_t count)
    : m_file(std::move(file)), m_diskChunks(diskChunks), m_count(count) {}

Result<void> ChunkIndex::build(const File& disk, const File& memory, const fs::path& path,
                               Progress& progress, std::stop_token stop) {
    const std::uint64_t diskChunks = chunkCount(TRY(disk.size()));
    const std::uint64_t memoryChunks = chunkCount(TRY(memory.size()));
    std::vector<Record> records;
    TRY(appendImage(disk, 0, records, progress, stop));
    TRY(appendImage(memory, diskChunks, records, progress, stop));
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end(),
                              [](const Record& a, const Record& b) { return a.key == b.key; }),
                  records.end());
    const ByteView body = std::as_bytes(std::span(records));
    ByteWriter header;
    header.append(asBytes(kMagic));
    header.u64(diskChunks);
    header.u64(memoryChunks);
    header.u64(records.size());
    header.u64(checksum64(body));
    AtomicFile out = TRY(AtomicFile::create(path));
    TRY(out.file().writeAt(header.bytes(), 0));
    TRY(out.file().writeAt(body, kHeaderSize));
    return out.commit();
}

Result<ChunkIndex> ChunkIndex::open(const fs::path& path, std::uint64_t diskSize,
                                    std::uint64_t memorySize) {
    const File file = TRY(File::open(path, File::Mode::read));
    MappedFile mapped = TRY(MappedFile::map(file));
    const Error damaged{ErrorCode::corrupt, "the index " + path.string() + " is damaged"};
    ByteReader header(mapped.bytes().first(std::min(kHeaderSize, mapped.bytes().size())));
    if (asText(header.take(kMagic.size())) != kMagic) return damaged;
    const std::uint64_t diskChunks = header.u64();
    const std::uint64_t memoryChunks = header.u64();
    const std::uint64_t count = header.u64();
    const std::uint64_t checksum = header.u64();
    if (!header.ok() || diskChunks != chunkCount(diskSize)) return damaged;
    if (memoryChunks != chunkCount(memorySize) || count > diskChunks + memoryChunks) return damaged;
    if (mapped.bytes().size() != kHeaderSize + count * sizeof(Record)) return damaged;
    if (checksum64(mapped.bytes().subspan(kHeaderSize)) != checksum) return damaged;
    return ChunkIndex(std::move(mapped), diskChunks, count);
}

std::optional<ChunkRef> ChunkIndex::find(const Fingerprint& content) const {
    const std::byte* records = m_file.bytes().data() + kHeaderSize;
    const auto at = [&](std::uint64_t i) {
        Record record;
        std::memcpy(&record, records + i * sizeof(Record), sizeof(Record));
        return record;
    };
    std::uint64_t low = 0;
    std::uint64_t high = m_count;
    while (low < high) {
        const std::uint64_t middle = (low + high) / 2;
        if (at(middle).key < content.low) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == m_count || at(low).key != content.low) return std::nullopt;
    const std::uint64_t chunk = at(low).chunk;
    if (chunk < m_diskChunks) return ChunkRef{ImageKind::disk, chunk};
    return ChunkRef{ImageKind::memory, chunk - m_diskChunks};
}

}  // namespace cloudlet
