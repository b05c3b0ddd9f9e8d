// What an overlay of two images would hold and weigh, without making it: every chunk is compared
// with the base as the encoder does, but only some segments are compressed, and those stand for
// the rest. The images may change meanwhile; the answer is then of some moment in between.
#pragma once

#include <array>
#include <vector>

#include "engine/overlay/encode.h"

namespace cloudlet {

// Some neighbouring chunks of an image by what an overlay makes of them; those as in the base are
// in none of the counts.
struct MapCell {
    std::uint32_t raw = 0;       // which of those that are stored are raw and
    std::uint32_t delta = 0;     // which deltas is guessed
    std::uint32_t copied = 0;    // from elsewhere in the base
    std::uint32_t repeated = 0;  // from elsewhere in the overlay
    std::uint32_t zero = 0;

    bool operator==(const MapCell&) const = default;
};

struct ImageMap {
    std::uint64_t chunks = 0;
    std::uint64_t chunksPerCell = 1;
    std::vector<MapCell> cells;
};

struct OverlayEstimate {
    std::array<Composition, 2> composition;  // by ImageKind; delta, raw and storedBytes are guessed
    std::array<ImageMap, 2> maps;            // by ImageKind
    std::uint64_t fileBytes = 0;             // of the whole overlay

    std::uint64_t changedBytes() const {
        return (composition[0].changed() + composition[1].changed()) * kChunkSize;
    }
};

// Of the device state nothing is known: it counts as what is usual. REQUIRES: as encodeOverlay().
// Errors: cancelled, I/O.
Result<OverlayEstimate> estimateOverlay(const EncodeInput& input, Profile profile,
                                        std::stop_token stop);

}  // namespace cloudlet
