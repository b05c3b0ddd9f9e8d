#include "engine/overlay/plan.h"

#include <algorithm>

#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

// Slots of the largest ContentMap: 12 bytes each, filled to three quarters.
constexpr std::size_t kMostSlots = std::size_t{1} << 22;
constexpr std::size_t kFirstSlots = 1024;

bool inOrder(const OverlayPlan::Repeat& a, const OverlayPlan::Repeat& b) {
    return std::tie(a.segment, a.image, a.chunk) < std::tie(b.segment, b.image, b.chunk);
}

}  // namespace

std::size_t ContentMap::slotOf(std::uint64_t key) const {
    const std::size_t mask = m_keys.size() - 1;
    std::size_t slot = key & mask;
    while (m_numbers[slot] != kNone && m_keys[slot] != key) slot = (slot + 1) & mask;
    return slot;
}

std::uint32_t ContentMap::find(std::uint64_t key) const {
    return m_keys.empty() ? kNone : m_numbers[slotOf(key)];
}

void ContentMap::put(std::uint64_t key, std::uint32_t number) {
    if (4 * (m_used + 1) > 3 * m_keys.size()) grow();
    const std::size_t slot = slotOf(key);
    if (m_numbers[slot] == kNone) {
        if (4 * (m_used + 1) > 3 * m_keys.size()) return;
        ++m_used;
    }
    m_keys[slot] = key;
    m_numbers[slot] = number;
}

void ContentMap::grow() {
    if (m_keys.size() == kMostSlots) return;
    const std::vector<std::uint64_t> keys = std::exchange(m_keys, {});
    const std::vector<std::uint32_t> numbers = std::exchange(m_numbers, {});
    const std::size_t slots = std::max(kFirstSlots, 2 * keys.size());
    m_keys.assign(slots, 0);
    m_numbers.assign(slots, kNone);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (numbers[i] == kNone) continue;
        const std::size_t slot = slotOf(keys[i]);
        m_keys[slot] = keys[i];
        m_numbers[slot] = numbers[i];
    }
}

Result<void> readChunk(const File& file, std::uint64_t fileSize, std::uint64_t index,
                       std::span<std::byte> into) {
    const std::uint64_t offset = index * kChunkSize;
    const std::uint64_t there =
        offset < fileSize ? std::min<std::uint64_t>(into.size(), fileSize - offset) : 0;
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(there), into.end(), std::byte{0});
    return file.readAt(into.first(there), offset);
}

Result<void> OverlayPlan::add(ImageKind image, const Finding& finding) {
    switch (finding.kind) {
        case Finding::Kind::zero:
            addZero(image, finding.index);
            return {};
        case Finding::Kind::copy:
            m_copies[static_cast<std::size_t>(image)].push_back({finding.index, finding.source});
            return {};
        case Finding::Kind::data:
            break;
    }
    return addData(image, finding);
}

void OverlayPlan::addZero(ImageKind image, std::uint32_t index) {
    std::vector<ChunkRun>& runs = m_zeroRuns[static_cast<std::size_t>(image)];
    if (!runs.empty() && runs.back().end() == index) {
        ++runs.back().length;
    } else {
        runs.push_back({index, 1});
    }
}

Result<bool> OverlayPlan::equal(ChunkRef a, ChunkRef b) const {
    std::array<std::byte, 2 * kChunkSize> bytes;
    const std::span<std::byte> both(bytes);
    const auto read = [&](ChunkRef chunk, std::span<std::byte> into) -> Result<void> {
        const File& file = *m_files[static_cast<std::size_t>(chunk.image)];
        return readChunk(file, TRY(file.size()), chunk.index, into);
    };
    TRY(read(a, both.first(kChunkSize)));
    TRY(read(b, both.subspan(kChunkSize)));
    return std::memcmp(bytes.data(), bytes.data() + kChunkSize, kChunkSize) == 0;
}

Result<void> OverlayPlan::addData(ImageKind image, const Finding& finding) {
    const std::uint32_t number = m_byContent.find(finding.key);
    if (number != ContentMap::kNone) {
        const auto after = std::upper_bound(
            m_segments.begin(), m_segments.end(), number,
            [](std::uint32_t n, const DataSegment& segment) { return n < segment.first; });
        const auto at = static_cast<std::uint32_t>(after - m_segments.begin() - 1);
        const DataSegment& segment = m_segments[at];
        const bool room = m_repeatCounts[at] < kMostRepeats;
        if (room && TRY(equal({image, finding.index}, {segment.image, m_dataChunks[number]}))) {
            ++m_repeatCounts[at];
            m_repeats.push_back(
                {at, finding.index, image, static_cast<std::uint8_t>(number - segment.first)});
            return {};
        }
    }
    if (m_segments.empty() || m_segments.back().image != image ||
        m_segments.back().count == kMostSegmentChunks || m_repeatCounts.back() == kMostRepeats) {
        m_segments.push_back({static_cast<std::uint32_t>(m_dataChunks.size()), 0, image});
        m_repeatCounts.push_back(0);
        if (m_segments.size() > kMostSegments) {
            return Error{ErrorCode::unsupported,
                         "the images differ from the base in more chunks than one overlay can "
                         "hold: choose a base that is closer to them"};
        }
    }
    m_byContent.put(finding.key, static_cast<std::uint32_t>(m_dataChunks.size()));
    m_dataChunks.push_back(finding.index);
    ++m_segments.back().count;
    return {};
}

void OverlayPlan::finish() {
    std::sort(m_repeats.begin(), m_repeats.end(), inOrder);
}

std::span<const OverlayPlan::Repeat> OverlayPlan::repeatsOf(std::uint32_t segment) const {
    const auto [first, last] =
        std::equal_range(m_repeats.begin(), m_repeats.end(), Repeat{segment, 0, ImageKind::disk, 0},
                         [](const Repeat& a, const Repeat& b) { return a.segment < b.segment; });
    return {first, last};
}

}  // namespace cloudlet
