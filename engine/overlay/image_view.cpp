#include "engine/overlay/image_view.h"

#include <algorithm>

namespace cloudlet {

namespace {

constexpr std::size_t kMostKept = 32;  // of at most 1 MiB each

// The bytes of a chunk in a segment that holds it: own chunks and repeats are sorted, each.
ByteView bytesIn(const DecodedSegment& decoded, ChunkRef chunk) {
    const std::vector<Entry>& entries = decoded.segment.entries;
    const auto middle = entries.begin() + decoded.segment.chunkCount;
    const auto before = [](const Entry& entry, ChunkRef ref) { return entry.chunk < ref; };
    auto found = std::lower_bound(entries.begin(), middle, chunk, before);
    if (found == middle || found->chunk != chunk) {
        found = std::lower_bound(middle, entries.end(), chunk, before);
    }
    CHECK(found != entries.end() && found->chunk == chunk);
    return decoded.bytesOf(*found);
}

}  // namespace

ImageView::ImageView(const OverlayReader& overlay, const BaseImages& base, ImageKind image)
    : m_overlay(&overlay), m_base(&base), m_image(image), m_places(overlay) {}

Result<const DecodedSegment*> ImageView::segment(std::uint32_t index) {
    const auto found = std::find_if(m_kept.begin(), m_kept.end(),
                                    [&](const Kept& kept) { return kept.index == index; });
    if (found != m_kept.end()) {
        Kept kept = std::move(*found);
        m_kept.erase(found);
        m_kept.push_front(std::move(kept));
    } else {
        m_kept.push_front({index, TRY(m_overlay->decode(index, *m_base))});
        if (m_kept.size() > kMostKept) m_kept.pop_back();
    }
    return &m_kept.front().decoded;
}

Result<void> ImageView::readChunk(std::uint64_t index, std::span<std::byte> into) {
    const ChunkRef chunk{m_image, index};
    const ChunkPlace place = m_places.find(chunk);
    switch (place.kind) {
        case ChunkPlace::Kind::base:
            return m_base->read(chunk, into);
        case ChunkPlace::Kind::zero:
            std::fill(into.begin(), into.end(), std::byte{0});
            return {};
        case ChunkPlace::Kind::copied:
        case ChunkPlace::Kind::fetched: {
            const ByteView bytes = bytesIn(*TRY(segment(place.segment)), chunk);
            std::copy(bytes.begin(), bytes.end(), into.begin());
            return {};
        }
    }
    return {};
}

Result<void> ImageView::read(std::span<std::byte> into, std::uint64_t offset) {
    if (offset > size() || into.size() > size() - offset) {
        return Error{ErrorCode::corrupt, "offset " + std::to_string(offset) + " lies outside the " +
                                             toString(m_image) + " of " + m_overlay->name()};
    }
    std::vector<std::byte> chunk(kChunkSize);
    while (!into.empty()) {
        const std::size_t within = offset % kChunkSize;
        const std::size_t count = std::min<std::size_t>(kChunkSize - within, into.size());
        TRY(readChunk(offset / kChunkSize, chunk));
        std::copy_n(chunk.begin() + static_cast<std::ptrdiff_t>(within), count, into.begin());
        into = into.subspan(count);
        offset += count;
    }
    return {};
}

}  // namespace cloudlet
