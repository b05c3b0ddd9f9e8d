// Where each chunk of an overlay is: which segment must be had before this chunk can be given?
// For a mount that starts a VM while its overlay still arrives. Read-only once made; any thread.
#pragma once

#include <array>
#include <vector>

#include "engine/overlay/reader.h"

namespace cloudlet {

struct ChunkPlace {
    enum class Kind : std::uint8_t {
        base,     // not in the overlay: the base's chunk of the same number
        zero,     // zeros; in no segment
        copied,   // in `segment`, which stores no bytes: the base alone gives it
        fetched,  // in `segment`, whose stored bytes must be had
    };
    Kind kind = Kind::base;
    std::uint32_t segment = 0;

    bool operator==(const ChunkPlace&) const = default;
};

class ChunkPlaces {
public:
    // Memory: 16 bytes for each run of chunks that lie side by side in image and segment. The
    // overlay may go afterwards.
    explicit ChunkPlaces(const OverlayReader& overlay);

    ChunkPlace find(ChunkRef chunk) const;
    // The segments that store no bytes, ascending: they can be decoded before anything arrives.
    const std::vector<std::uint32_t>& localSegments() const { return m_localSegments; }

private:
    struct Run {
        std::uint32_t first = 0;  // images have at most 2^32 chunks
        std::uint32_t last = 0;
        ChunkPlace place;
    };

    void addZeroRuns(const OverlayReader& overlay, ImageKind image);
    void addSegment(const Segment& segment, std::uint32_t index);
    void add(ChunkRef chunk, ChunkPlace place);

    std::array<std::vector<Run>, 2> m_runs;  // by ImageKind; sorted, disjoint
    std::vector<std::uint32_t> m_localSegments;
};

}  // namespace cloudlet
