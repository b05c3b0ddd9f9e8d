// A set of chunk indices of one image: one bit a chunk. Not synchronised.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/check.h"

namespace cloudlet {

class ChunkSet {
public:
    explicit ChunkSet(std::uint64_t chunks = 0) : m_chunks(chunks), m_words((chunks + 63) / 64) {}

    std::uint64_t chunks() const { return m_chunks; }  // how many could be in it
    std::uint64_t count() const { return m_count; }    // how many are

    bool contains(std::uint64_t index) const {
        CHECK(index < m_chunks);
        return (m_words[index / 64] >> (index % 64) & 1) != 0;
    }
    // False if it was there already.
    bool insert(std::uint64_t index);
    bool erase(std::uint64_t index);

    // The first member at or after `from`; chunks() if there is none.
    std::uint64_t next(std::uint64_t from) const { return next(from, m_chunks); }
    // The same below `end`, beyond which it does not look; `end`, but at most chunks(), if there is
    // none.
    std::uint64_t next(std::uint64_t from, std::uint64_t end) const;

private:
    std::uint64_t m_chunks = 0;
    std::uint64_t m_count = 0;
    std::vector<std::uint64_t> m_words;
};

}  // namespace cloudlet
