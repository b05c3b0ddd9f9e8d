#include "engine/image/partitions.h"

#include "engine/base/bytes.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kSector = 512;
constexpr std::uint32_t kMostEntries = 128;  // what everybody writes
constexpr std::uint32_t kMostEntryBytes = 4096;

void add(std::vector<Partition>& list, unsigned number, std::uint64_t first, std::uint64_t sectors,
         std::uint64_t diskSize) {
    const std::uint64_t all = diskSize / kSector;
    if (first == 0 || sectors == 0 || first >= all || sectors > all - first) return;
    list.push_back({number, {first * kSector, sectors * kSector}});
}

}  // namespace

Result<std::vector<Partition>> partitionsOf(
    const std::function<Result<void>(std::span<std::byte>, std::uint64_t)>& read,
    std::uint64_t diskSize) {
    std::vector<Partition> list{{0, {0, diskSize}}};
    if (diskSize < 2 * kSector) return list;
    Bytes start(2 * kSector);
    TRY(read(start, 0));
    if (asText(ByteView(start).subspan(kSector, 8)) == "EFI PART") {
        ByteReader header(ByteView(start).subspan(kSector + 72, 16));
        const std::uint64_t table = header.u64();
        const std::uint32_t count = std::min(header.u32(), kMostEntries);
        const std::uint32_t size = header.u32();
        const bool inside = size >= 128 && size <= kMostEntryBytes && table < diskSize / kSector &&
                            std::uint64_t{count} * size <= diskSize - table * kSector;
        if (!inside) return list;
        Bytes entries(std::size_t{count} * size);
        TRY(read(entries, table * kSector));
        for (std::uint32_t i = 0; i < count; ++i) {
            ByteReader entry(ByteView(entries).subspan(std::size_t{i} * size + 32, 16));
            const std::uint64_t first = entry.u64();
            const std::uint64_t last = entry.u64();
            if (last >= first && last < UINT64_MAX) {
                add(list, i + 1, first, last - first + 1, diskSize);
            }
        }
        return list;
    }
    if (start[510] != std::byte{0x55} || start[511] != std::byte{0xaa}) return list;
    for (unsigned i = 0; i < 4; ++i) {
        ByteReader entry(ByteView(start).subspan(446 + i * 16 + 8, 8));
        const std::uint64_t first = entry.u32();
        add(list, i + 1, first, entry.u32(), diskSize);
    }
    return list;
}

}  // namespace cloudlet
