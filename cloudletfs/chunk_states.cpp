#include "cloudletfs/chunk_states.h"

#include <algorithm>

namespace cloudlet {

ChunkStates::ChunkStates(ChunkSet pending)
    : m_pending(std::move(pending)),
      m_placed(m_pending.chunks()),
      m_modified(m_pending.chunks()),
      m_zeroed(m_pending.chunks()) {}

std::uint64_t ChunkStates::nextPending(std::uint64_t from, std::uint64_t end) const {
    if (m_pending.count() == 0) return end;
    return std::min(m_pending.next(from), end);
}

std::uint64_t ChunkStates::pendingRunEnd(std::uint64_t from, std::uint64_t end) const {
    const bool pending = m_pending.contains(from);
    if (!pending) return nextPending(from, end);
    while (from < end && m_pending.contains(from)) ++from;
    return from;
}

std::uint64_t ChunkStates::sourceRunEnd(std::uint64_t from, std::uint64_t end) const {
    const bool upper = isUpper(from);
    if (!upper) return std::min({m_placed.next(from), m_modified.next(from), end});
    while (from < end && isUpper(from)) ++from;
    return from;
}

void ChunkStates::place(std::uint64_t chunk) {
    CHECK(m_pending.erase(chunk));
    m_placed.insert(chunk);
}

void ChunkStates::modify(std::uint64_t chunk, Content content) {
    m_pending.erase(chunk);
    m_placed.erase(chunk);
    m_modified.insert(chunk);
    if (content == Content::zeros) {
        m_zeroed.insert(chunk);
    } else {
        m_zeroed.erase(chunk);
    }
}

void ChunkStates::count(MountImageStatistics& into) const {
    into.pending = m_pending.count();
    into.placed = m_placed.count();
    into.modified = m_modified.count();
    into.zeroed = m_zeroed.count();
    into.base = chunks() - into.pending - into.placed - into.modified;
}

}  // namespace cloudlet
