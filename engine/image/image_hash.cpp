#include "engine/image/image_hash.h"

#include <algorithm>
#include <optional>

#include "engine/base/parallel.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kGroup = 16 * kImageHashBlock;  // one task: enough to hide its cost

struct Group {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct GroupHashes {
    std::uint64_t length = 0;
    Bytes hashes;
};

const Hash& zeroBlockHash() {
    static const Hash hash = sha256(Bytes(kImageHashBlock));
    return hash;
}

bool overlapsData(const std::optional<Extent>& data, std::uint64_t begin, std::uint64_t end) {
    return data && data->offset < end && data->end() > begin;
}

// The block hashes of one group, one after the other.
Result<GroupHashes> hashGroup(const File& image, Group group) {
    Bytes hashes;
    Bytes buffer;  // made at the first block that is read; many groups are holes
    std::optional<Extent> data = TRY(image.nextData(group.offset));
    for (std::uint64_t at = group.offset; at < group.offset + group.length; at += kImageHashBlock) {
        const std::uint64_t length = std::min(kImageHashBlock, group.offset + group.length - at);
        if (data && data->end() <= at) data = TRY(image.nextData(at));
        Hash hash;
        if (length == kImageHashBlock && !overlapsData(data, at, at + length)) {
            hash = zeroBlockHash();
        } else {
            buffer.resize(kImageHashBlock);
            TRY(image.readAt(std::span(buffer).first(length), at));
            hash = sha256(std::span(buffer).first(length));
        }
        hashes.insert(hashes.end(), hash.bytes.begin(), hash.bytes.end());
    }
    return GroupHashes{group.length, std::move(hashes)};
}

}  // namespace

Result<Hash> hashImage(const File& image, Progress& progress, std::stop_token stop) {
    const std::uint64_t size = TRY(image.size());
    Sha256 top;
    ByteWriter head;
    head.append(asBytes("cloudlet image 1"));
    head.u64(size);
    top.update(head.bytes());
    std::uint64_t offset = 0;
    const auto next = [&]() -> Result<std::optional<Group>> {
        if (offset >= size) return std::optional<Group>();
        const Group group{offset, std::min(kGroup, size - offset)};
        offset += group.length;
        return std::optional(group);
    };
    const auto work = [&](Group group) { return hashGroup(image, group); };
    const auto sink = [&](GroupHashes done) -> Result<void> {
        top.update(done.hashes);
        progress.advance(done.length);
        return {};
    };
    TRY(orderedPipeline<Group, GroupHashes>(2 * coreCount(), next, work, sink, stop));
    return top.finish();
}

}  // namespace cloudlet
