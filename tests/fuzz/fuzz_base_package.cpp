// Reads hostile bytes as a base package: header, index and every block. The second form of the
// input gets a fitting footer hash, so that mutations reach what lies behind that check.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/jobs/base_package.h"

using namespace cloudlet;

namespace {

void put(Bytes& bytes, std::size_t at, ByteView what) {
    std::copy(what.begin(), what.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// As if the author of the file knew the format: the footer fits the last `count` records.
void repair(Bytes& bytes) {
    if (bytes.size() < package::kHeaderSize + package::kFooterSize) return;
    const std::size_t footer = bytes.size() - package::kFooterSize;
    ByteReader numbers(ByteView(bytes).subspan(footer + 40, 8));
    const std::uint64_t count = numbers.u64();
    if (count > footer / package::kRecordSize) return;
    const std::size_t indexAt = footer - count * package::kRecordSize;
    ByteReader length(ByteView(bytes).subspan(12, 4));
    const std::size_t headEnd = package::kHeaderSize + length.u32();
    if (headEnd > indexAt) return;
    ByteWriter offset;
    offset.u64(indexAt);
    put(bytes, footer + 32, offset.bytes());
    put(bytes, footer + 56, asBytes(package::kEndMagic));
    Sha256 hash;
    hash.update(ByteView(bytes).first(headEnd));
    hash.update(ByteView(bytes).subspan(indexAt, count * package::kRecordSize));
    hash.update(ByteView(bytes).subspan(footer + 32, 16));
    put(bytes, footer, hash.finish().bytes);
}

void readAll(ByteView bytes) {
    static const int fd = ::memfd_create("package", 0);
    if (::ftruncate(fd, 0) != 0) return;
    if (::pwrite(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return;
    const auto package = BasePackage::open("/proc/self/fd/" + std::to_string(fd));
    if (!package) return;
    for (std::size_t i = 0; i < package->records().size(); ++i) {
        const auto block = package->readBlock(i);
        if (block && block->size() != package->records()[i].plainLength) __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(size);
    std::transform(data, data + size, bytes.begin(), [](std::uint8_t b) { return std::byte{b}; });
    readAll(bytes);
    repair(bytes);
    readAll(bytes);
    return 0;
}
