// Whatever a disk holds, its files are found or there is an error.
#include "engine/image/ext4.h"
#include "engine/image/partitions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cloudlet;
    const ByteView disk = std::as_bytes(std::span(data, size));
    const auto read = [&](std::span<std::byte> into, std::uint64_t offset) -> Result<void> {
        if (offset > disk.size() || into.size() > disk.size() - offset) {
            return Error{ErrorCode::corrupt, "outside"};
        }
        const ByteView from = disk.subspan(offset, into.size());
        std::copy(from.begin(), from.end(), into.begin());
        return {};
    };
    const Result<std::vector<Partition>> partitions = partitionsOf(read, disk.size());
    if (!partitions) return 0;
    for (const Partition& partition : *partitions) {
        Result<Ext4> system = Ext4::open(read, partition.place);
        if (system) (void)system->visit([](const Ext4::Item&) {}, {});
    }
    return 0;
}
