#include "engine/overlay/likeness.h"

#include <algorithm>
#include <cstring>

namespace cloudlet {

namespace {

constexpr std::size_t kPassage = 32;
// Odd numbers without a pattern (XXH3's), so that products mix well.
constexpr std::uint64_t kChoose = 0x9e3779b185ebca87;
constexpr std::uint64_t kMix = 0xc2b2ae3d27d4eb4f;
// One place of 256 is chosen, 16 of a chunk: by a pattern that neither zeros nor ones have.
constexpr std::uint64_t kChosen = 0x5a;
constexpr std::size_t kMostPlaces = 256;  // more are of a content that repeats itself

std::uint64_t word(const std::byte* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

std::uint32_t hashOf(const std::byte* passage) {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kPassage; i += 8) {
        hash = (hash ^ (hash >> 29) ^ word(passage + i)) * kMix;
    }
    return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

Likeness likenessOf(ByteView chunk) {
    std::array<std::uint32_t, kMostPlaces> found;
    std::size_t count = 0;
    for (std::size_t at = 0; at + kPassage <= chunk.size() && count < kMostPlaces; ++at) {
        if ((word(chunk.data() + at) * kChoose) >> 56 != kChosen) continue;
        found[count++] = hashOf(chunk.data() + at);
    }
    // The least ones: which they are depends on what is shared, not on where it lies.
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(count);
    std::sort(found.begin(), end);
    const auto last = std::unique(found.begin(), end);
    Likeness likeness;
    likeness.count = static_cast<std::uint8_t>(
        std::min<std::size_t>(Likeness::kMost, static_cast<std::size_t>(last - found.begin())));
    std::copy_n(found.begin(), likeness.count, likeness.passages.begin());
    return likeness;
}

}  // namespace cloudlet
