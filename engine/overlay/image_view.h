// The disk or memory image that a base and an overlay give together, read at any place without
// writing it out: segments are decoded when asked for, the last ones are kept. One thread.
#pragma once

#include <deque>

#include "engine/overlay/chunk_places.h"

namespace cloudlet {

class ImageView {
public:
    // Both must outlive the view. REQUIRES: overlay.checkBase(base).
    ImageView(const OverlayReader& overlay, const BaseImages& base, ImageKind image);

    std::uint64_t size() const { return m_overlay->manifest().sizeOf(m_image); }
    const ChunkPlaces& places() const { return m_places; }
    // Fills `into` from `offset`. Errors: corrupt (past the end, or those of decode()), I/O.
    Result<void> read(std::span<std::byte> into, std::uint64_t offset);

private:
    struct Kept {
        std::uint32_t index = 0;
        DecodedSegment decoded;
    };

    Result<void> readChunk(std::uint64_t index, std::span<std::byte> into);
    Result<const DecodedSegment*> segment(std::uint32_t index);

    const OverlayReader* m_overlay;
    const BaseImages* m_base;
    ImageKind m_image;
    ChunkPlaces m_places;
    std::deque<Kept> m_kept;  // the one used last is in front
};

}  // namespace cloudlet
