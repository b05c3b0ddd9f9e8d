// Finds chunks that share passages at any offset, so that they meet in one segment: the same file
// lies in a guest's memory as it was received, unpacked and cached, each time shifted. An
// OverlayPlan holds one map; likenessOf is for any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/bytes.h"

namespace cloudlet {

// Hashes of some passages of 32 bytes, chosen by their content alone: two chunks that share a
// long stretch share some of them.
struct Likeness {
    static constexpr std::size_t kMost = 8;
    std::array<std::uint32_t, kMost> passages{};
    std::uint8_t count = 0;

    std::span<const std::uint32_t> all() const { return std::span(passages).first(count); }
};

// Two microseconds a chunk. The same bytes have the same likeness everywhere.
Likeness likenessOf(ByteView chunk);

// The last chunk that held a passage: 8 MiB, whatever it is asked. Later passages displace
// earlier ones, so that what is found is the nearest of many.
class LikenessMap {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // Calls `accepts` for chunks that share a passage with this one until it takes one, and
    // returns that one or kNone; then notes this one as `number`.
    template <typename Accepts>
    std::uint32_t findAndPut(const Likeness& likeness, std::uint32_t number, Accepts accepts) {
        std::uint32_t found = kNone;
        for (const std::uint32_t passage : likeness.all()) {
            Slot& slot = slotOf(passage);
            if (found == kNone && slot.number != kNone && slot.passage == passage &&
                accepts(slot.number)) {
                found = slot.number;
            }
            slot = {passage, number};
        }
        return found;
    }

private:
    struct Slot {
        std::uint32_t passage = 0;
        std::uint32_t number = kNone;
    };

    static constexpr unsigned kSlotBits = 20;
    Slot& slotOf(std::uint32_t passage) {
        if (m_slots.empty()) m_slots.resize(std::size_t{1} << kSlotBits);
        return m_slots[passage >> (32 - kSlotBits)];
    }

    std::vector<Slot> m_slots;
};

}  // namespace cloudlet
