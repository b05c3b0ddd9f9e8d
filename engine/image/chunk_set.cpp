#include "engine/image/chunk_set.h"

#include <algorithm>
#include <bit>

namespace cloudlet {

bool ChunkSet::insert(std::uint64_t index) {
    if (contains(index)) return false;
    m_words[index / 64] |= std::uint64_t{1} << (index % 64);
    ++m_count;
    return true;
}

bool ChunkSet::erase(std::uint64_t index) {
    if (!contains(index)) return false;
    m_words[index / 64] &= ~(std::uint64_t{1} << (index % 64));
    --m_count;
    return true;
}

std::uint64_t ChunkSet::next(std::uint64_t from, std::uint64_t end) const {
    end = std::min(end, m_chunks);
    if (from >= end) return end;
    std::uint64_t word = m_words[from / 64] & (~std::uint64_t{0} << (from % 64));
    for (std::size_t i = from / 64;; word = m_words[i]) {
        if (word != 0) {
            return std::min(end, i * 64 + static_cast<std::uint64_t>(std::countr_zero(word)));
        }
        if (++i * 64 >= end) return end;
    }
}

}  // namespace cloudlet
