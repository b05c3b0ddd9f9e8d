#include "engine/mount/chunk_bits.h"

#include <algorithm>

namespace cloudlet::mountChannel {

Result<void> sendChunks(const ChunkSet& chunks, BitSet set, ImageKind image,
                        const std::function<Result<void>(const Bits&)>& send) {
    Bytes bytes;
    for (std::uint64_t next = chunks.next(0); next < chunks.chunks();) {
        const std::uint64_t first = next / 8 * 8;
        const std::uint64_t end = std::min(first + kMostBitBytes * 8, chunks.chunks());
        bytes.assign((end - first + 7) / 8, std::byte{0});
        for (; next < end; next = chunks.next(next + 1)) {
            bytes[(next - first) / 8] |= std::byte{1} << ((next - first) % 8);
        }
        TRY(send({set, image, first, bytes}));
    }
    return {};
}

Result<void> addChunks(ChunkSet& chunks, const Bits& bits) {
    for (std::size_t i = 0; i < bits.bytes.size(); ++i) {
        const auto byte = std::to_integer<unsigned>(bits.bytes[i]);
        for (unsigned bit = 0; bit < 8 && byte >> bit != 0; ++bit) {
            if ((byte >> bit & 1) == 0) continue;
            const std::uint64_t chunk = bits.first + i * 8 + bit;
            if (chunk >= chunks.chunks()) {
                return Error{ErrorCode::corrupt, "a set of chunks reaches beyond its image"};
            }
            chunks.insert(chunk);
        }
    }
    return {};
}

}  // namespace cloudlet::mountChannel
