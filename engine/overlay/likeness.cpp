#include "engine/overlay/likeness.h"

#include <algorithm>
#include <cstring>

namespace cloudlet {

namespace {

constexpr std::size_t kPassage = 32;
// An odd number without a pattern (XXH3's), so that products mix well.
constexpr std::uint64_t kMix = 0xc2b2ae3d27d4eb4f;
constexpr std::size_t kMostPlaces = 256;  // more are of a content that repeats itself

// Four words side by side: a place is chosen by the word that begins there, 16 places at once.
using Words = std::uint32_t __attribute__((vector_size(16)));
constexpr std::size_t kAtOnce = sizeof(Words);

// One place of 256 is chosen, 16 of a chunk: by a pattern that neither zeros nor ones have. Without
// a multiplication, which vectors of the oldest processors lack.
template <typename Word>
auto isChosen(Word word) {
    word ^= word >> 16;
    word += word << 5;
    word ^= word >> 9;
    return (word & 0xff) == 0x5a;
}

bool anyChosen(const std::byte* at) {
    const auto chosen = [&](std::size_t shift) {
        Words words;
        std::memcpy(&words, at + shift, sizeof words);
        return isChosen(words);
    };
    const auto any = chosen(0) | chosen(1) | chosen(2) | chosen(3);
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &any, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

template <typename Word>
Word word(const std::byte* at) {
    Word value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

std::uint32_t hashOf(const std::byte* passage) {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < kPassage; i += 8) {
        hash = (hash ^ (hash >> 29) ^ word<std::uint64_t>(passage + i)) * kMix;
    }
    return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

Likeness likenessOf(ByteView chunk) {
    std::array<std::uint32_t, kMostPlaces> found;
    std::size_t count = 0;
    for (std::size_t first = 0; first + kAtOnce + kPassage <= chunk.size(); first += kAtOnce) {
        if (!anyChosen(chunk.data() + first)) continue;
        for (std::size_t at = first; at < first + kAtOnce && count < kMostPlaces; ++at) {
            if (!isChosen(word<std::uint32_t>(chunk.data() + at))) continue;
            found[count++] = hashOf(chunk.data() + at);
        }
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
