#include "engine/overlay/chunk_places.h"

#include <algorithm>

namespace cloudlet {

ChunkPlaces::ChunkPlaces(const OverlayReader& overlay) {
    for (std::uint32_t i = 0; i < overlay.segmentCount(); ++i) addSegment(overlay.segment(i), i);
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        addZeroRuns(overlay, image);
        std::vector<Run>& runs = m_runs[static_cast<std::size_t>(image)];
        std::sort(runs.begin(), runs.end(),
                  [](const Run& a, const Run& b) { return a.first < b.first; });
        runs.shrink_to_fit();
    }
}

void ChunkPlaces::addZeroRuns(const OverlayReader& overlay, ImageKind image) {
    RunCursor zeros = overlay.zeroRuns(image);
    while (const std::optional<ChunkRun> run = zeros.next()) {
        m_runs[static_cast<std::size_t>(image)].push_back(
            {static_cast<std::uint32_t>(run->first),
             static_cast<std::uint32_t>(run->end() - 1),
             {ChunkPlace::Kind::zero, 0}});
    }
}

void ChunkPlaces::addSegment(const Segment& segment, std::uint32_t index) {
    if (segment.kind == SegmentKind::state) return;
    const bool local = segment.codec == Codec::copy;
    if (local) m_localSegments.push_back(index);
    const auto kind = local ? ChunkPlace::Kind::copied : ChunkPlace::Kind::fetched;
    for (const Entry& entry : segment.entries) add(entry.chunk, {kind, index});
}

void ChunkPlaces::add(ChunkRef chunk, ChunkPlace place) {
    std::vector<Run>& runs = m_runs[static_cast<std::size_t>(chunk.image)];
    const auto index = static_cast<std::uint32_t>(chunk.index);
    if (!runs.empty() && runs.back().place == place &&
        std::uint64_t{runs.back().last} + 1 == index) {
        ++runs.back().last;
    } else {
        runs.push_back({index, index, place});
    }
}

ChunkPlace ChunkPlaces::find(ChunkRef chunk) const {
    const std::vector<Run>& runs = m_runs[static_cast<std::size_t>(chunk.image)];
    const auto after =
        std::upper_bound(runs.begin(), runs.end(), chunk.index,
                         [](std::uint64_t index, const Run& run) { return index < run.first; });
    if (after == runs.begin() || chunk.index > std::prev(after)->last) return {};
    return std::prev(after)->place;
}

}  // namespace cloudlet
