#include "engine/overlay/plan.h"

#include <algorithm>

#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

// Slots of the largest ContentMap: 12 bytes each, filled to three quarters.
constexpr std::size_t kMostSlots = std::size_t{1} << 22;
constexpr std::size_t kFirstSlots = 1024;

// Of start segments: 128 KiB. A segment is a single answer to a guest that waits: at 10 Mbit/s and
// the usual ratio of 3 to 4 it takes some 30 ms, about a round trip. Measured on a web server's
// overlay against segments of 1 MiB: 64 KiB store 9 % more bytes, 128 KiB 6 %, 256 KiB 4 %.
constexpr std::size_t kStartSegmentChunks = 32;

Error tooManyChanges() {
    return {ErrorCode::unsupported,
            "the images differ from the base in more chunks than one overlay can hold: choose a "
            "base that is closer to them"};
}

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
            addZeros(image, {finding.index, 1});
            return {};
        case Finding::Kind::copy:
            m_copies[static_cast<std::size_t>(image)].push_back({finding.index, finding.source});
            return {};
        case Finding::Kind::data:
            break;
    }
    return addData(image, finding);
}

void OverlayPlan::addZeros(ImageKind image, ChunkRun run) {
    std::vector<ChunkRun>& runs = m_zeroRuns[static_cast<std::size_t>(image)];
    if (!runs.empty() && runs.back().end() == run.first) {
        runs.back().length += run.length;
    } else {
        runs.push_back(run);
    }
}

Result<bool> OverlayPlan::equal(ChunkRef a, ChunkRef b) {
    std::array<std::byte, 2 * kChunkSize> bytes;
    const std::span<std::byte> both(bytes);
    const auto read = [&](ChunkRef chunk, std::span<std::byte> into) -> Result<void> {
        const File& file = *m_files[static_cast<std::size_t>(chunk.image)];
        std::optional<std::uint64_t>& size = m_sizes[static_cast<std::size_t>(chunk.image)];
        if (!size) size = TRY(file.size());
        return readChunk(file, *size, chunk.index, into);
    };
    TRY(read(a, both.first(kChunkSize)));
    TRY(read(b, both.subspan(kChunkSize)));
    return std::memcmp(bytes.data(), bytes.data() + kChunkSize, kChunkSize) == 0;
}

ChunkRef OverlayPlan::chunkOf(std::uint32_t number) const {
    const Numbers& memory = m_numbers[static_cast<std::size_t>(ImageKind::memory)];
    const bool inMemory = number >= memory.first && number < memory.end;
    return {inMemory ? ImageKind::memory : ImageKind::disk, m_dataChunks[number]};
}

Result<void> OverlayPlan::addData(ImageKind image, const Finding& finding) {
    const std::uint32_t known = m_byContent.find(finding.key);
    if (known != ContentMap::kNone && m_repeatCounts[known] < kMostRepeats &&
        TRY(equal({image, finding.index}, chunkOf(known)))) {
        ++m_repeatCounts[known];
        m_repeats.push_back({known, finding.index, image, 0});
        return {};
    }
    if (m_dataChunks.size() == kMostSegments * kMostSegmentChunks) return tooManyChanges();
    const auto number = static_cast<std::uint32_t>(m_dataChunks.size());
    Numbers& numbers = m_numbers[static_cast<std::size_t>(image)];
    if (numbers.end == 0) numbers.first = number;
    numbers.end = number + 1;
    m_byContent.put(finding.key, number);
    m_dataChunks.push_back(finding.index);
    m_repeatCounts.push_back(0);
    m_textures.push_back(finding.texture);
    const auto accepts = [&](std::uint32_t other) {
        return other >= numbers.first && m_textures[other] == finding.texture;
    };
    m_alike.push_back(m_byLikeness.findAndPut(finding.likeness, number, accepts));
    return {};
}

// The data chunk with the content of this one; nullopt if the overlay holds none.
std::optional<std::uint32_t> OverlayPlan::numberOf(ChunkRef chunk) const {
    const Numbers& numbers = m_numbers[static_cast<std::size_t>(chunk.image)];
    const auto begin = m_dataChunks.begin() + numbers.first;
    const auto end = m_dataChunks.begin() + numbers.end;
    const auto at = std::lower_bound(begin, end, chunk.index);
    if (at != end && *at == chunk.index) {
        return static_cast<std::uint32_t>(at - m_dataChunks.begin());
    }
    const auto repeat = std::lower_bound(m_repeats.begin(), m_repeats.end(), chunk,
                                         [](const Repeat& r, const ChunkRef& wanted) {
                                             return ChunkRef{r.image, r.chunk} < wanted;
                                         });
    if (repeat == m_repeats.end() || ChunkRef{repeat->image, repeat->chunk} != chunk) {
        return std::nullopt;
    }
    return repeat->segment;
}

bool OverlayPlan::fits(const Draft& draft, std::uint32_t number, std::size_t mostChunks) const {
    return draft.numbers.size() < mostChunks &&
           draft.repeats + m_repeatCounts[number] <= kMostRepeats;
}

void OverlayPlan::put(Draft& draft, std::uint32_t number) const {
    draft.numbers.push_back(number);
    draft.repeats += m_repeatCounts[number];
}

// One segment of each image is filled at a time; a segment stands where its first chunk does.
std::vector<OverlayPlan::Draft> OverlayPlan::draftStartSet(std::span<const ChunkRef> startSet,
                                                           std::vector<bool>& taken) const {
    std::vector<Draft> drafts;
    std::array<std::optional<std::size_t>, 2> open;
    for (const ChunkRef& chunk : startSet) {
        const std::optional<std::uint32_t> number = numberOf(chunk);
        if (!number || taken[*number]) continue;
        taken[*number] = true;
        const ImageKind image = chunkOf(*number).image;
        std::optional<std::size_t>& at = open[static_cast<std::size_t>(image)];
        if (!at || !fits(drafts[*at], *number, kStartSegmentChunks)) {
            at = drafts.size();
            drafts.push_back({image, Texture::structured, 0, {}});
        }
        put(drafts[*at], *number);
    }
    return drafts;
}

// By address, but each chunk is followed by those that are like it, and these by theirs: 22 % less
// than by address alone where packages were installed, as copies of their files lie everywhere.
std::vector<std::uint32_t> OverlayPlan::inOrderOfLikeness() const {
    const std::size_t count = m_alike.size();
    std::vector<std::uint32_t> firstFollower(count, LikenessMap::kNone);
    std::vector<std::uint32_t> nextFollower(count, LikenessMap::kNone);
    for (std::size_t i = count; i > 0; --i) {
        const auto number = static_cast<std::uint32_t>(i - 1);
        const std::uint32_t leader = m_alike[number];
        if (leader == LikenessMap::kNone) continue;
        nextFollower[number] = std::exchange(firstFollower[leader], number);
    }
    std::vector<std::uint32_t> order;
    order.reserve(count);
    std::vector<std::uint32_t> waiting;
    for (std::uint32_t first = 0; first < count; ++first) {
        if (m_alike[first] == LikenessMap::kNone) waiting.push_back(first);
        while (!waiting.empty()) {
            const std::uint32_t number = waiting.back();
            waiting.pop_back();
            order.push_back(number);
            // The other followers of its leader come after all of its own.
            for (const std::uint32_t next : {nextFollower[number], firstFollower[number]}) {
                if (next != LikenessMap::kNone) waiting.push_back(next);
            }
        }
    }
    return order;
}

void OverlayPlan::draftRest(ImageKind image, Texture texture, std::span<const std::uint32_t> order,
                            const std::vector<bool>& taken, std::vector<Draft>& drafts) const {
    const Numbers& numbers = m_numbers[static_cast<std::size_t>(image)];
    bool open = false;
    for (const std::uint32_t number : order) {
        if (number < numbers.first || number >= numbers.end) continue;
        if (taken[number] || m_textures[number] != texture) continue;
        if (!open || !fits(drafts.back(), number, kMostSegmentChunks)) {
            drafts.push_back({image, texture, 0, {}});
            open = true;
        }
        put(drafts.back(), number);
    }
}

// Sorts chunks and repeats by segment.
void OverlayPlan::layOut(std::vector<Draft> drafts) {
    struct Place {
        std::uint32_t segment = 0;
        std::uint8_t position = 0;
    };
    std::vector<Place> places(m_dataChunks.size());
    std::vector<std::uint32_t> chunks;
    chunks.reserve(m_dataChunks.size());
    for (Draft& draft : drafts) {
        std::sort(draft.numbers.begin(), draft.numbers.end());  // then chunks ascend, too
        const auto segment = static_cast<std::uint32_t>(m_segments.size());
        m_segments.push_back({static_cast<std::uint32_t>(chunks.size()),
                              static_cast<std::uint32_t>(draft.numbers.size()), draft.image,
                              draft.texture});
        std::uint8_t position = 0;
        for (const std::uint32_t number : draft.numbers) {
            places[number] = {segment, position++};
            chunks.push_back(m_dataChunks[number]);
        }
    }
    m_dataChunks = std::move(chunks);
    for (Repeat& repeat : m_repeats) {
        const Place& place = places[repeat.segment];
        repeat.segment = place.segment;
        repeat.position = place.position;
    }
    std::sort(m_repeats.begin(), m_repeats.end(), inOrder);
}

Result<void> OverlayPlan::finish(std::span<const ChunkRef> startSet) {
    std::sort(m_repeats.begin(), m_repeats.end(), [](const Repeat& a, const Repeat& b) {
        return std::tie(a.image, a.chunk) < std::tie(b.image, b.chunk);
    });
    std::vector<bool> taken(m_dataChunks.size());
    std::vector<Draft> drafts = draftStartSet(startSet, taken);
    m_startSegments = drafts.size();
    const std::vector<std::uint32_t> order = inOrderOfLikeness();
    // Memory first: it is what a VM needs first.
    for (const ImageKind image : {ImageKind::memory, ImageKind::disk}) {
        // Alike with alike: 0.8 % smaller, and noise costs no compressor its time.
        for (std::size_t i = 0; i < kTextures; ++i) {
            draftRest(image, static_cast<Texture>(i), order, taken, drafts);
        }
    }
    if (drafts.size() > kMostSegments) return tooManyChanges();
    layOut(std::move(drafts));
    // What compression needs now is room.
    m_byContent = {};
    m_byLikeness = {};
    m_alike = {};
    m_textures = {};
    return {};
}

std::span<const OverlayPlan::Repeat> OverlayPlan::repeatsOf(std::uint32_t segment) const {
    const auto [first, last] =
        std::equal_range(m_repeats.begin(), m_repeats.end(), Repeat{segment, 0, ImageKind::disk, 0},
                         [](const Repeat& a, const Repeat& b) { return a.segment < b.segment; });
    return {first, last};
}

}  // namespace cloudlet
