#include "engine/jobs/segment_queue.h"

#include <algorithm>

namespace cloudlet {

SegmentQueue::SegmentQueue(const OverlayReader& overlay) : m_places(overlay) {
    for (std::size_t index = 0; index < overlay.segmentCount(); ++index) {
        const Segment segment = overlay.segment(index);
        if (segment.kind == SegmentKind::state) continue;
        m_segments.push_back({index, segment.stored.length, false});
    }
    m_states.resize(m_segments.size(), State::waiting);
}

std::optional<std::size_t> SegmentQueue::nextWaiting() {
    while (m_next < m_states.size() && m_states[m_next] != State::waiting) ++m_next;
    return m_next < m_states.size() ? std::optional(m_next) : std::nullopt;
}

std::optional<SegmentQueue::Pick> SegmentQueue::take(std::uint64_t window) {
    if (!m_demanded.empty()) {
        const std::size_t number = m_demanded.front();
        m_demanded.pop_front();
        m_states[number] = State::demandedInFlight;
        m_segments[number].demanded = true;
        return m_segments[number];
    }
    const std::optional<std::size_t> number = nextWaiting();
    if (!number) return std::nullopt;
    const std::uint64_t bytes = m_segments[*number].stored;
    if (m_backgroundBytes > 0 && m_backgroundBytes + bytes > window) return std::nullopt;
    m_states[*number] = State::inFlight;
    m_backgroundBytes += bytes;
    return m_segments[*number];
}

std::size_t SegmentQueue::numberOf(std::size_t segment) const {
    const auto found =
        std::lower_bound(m_segments.begin(), m_segments.end(), segment,
                         [](const Pick& pick, std::size_t index) { return pick.segment < index; });
    CHECK(found != m_segments.end() && found->segment == segment);
    return static_cast<std::size_t>(found - m_segments.begin());
}

void SegmentQueue::finish(const Pick& pick) {
    State& state = m_states[numberOf(pick.segment)];
    CHECK(state == State::inFlight || state == State::demandedInFlight);
    state = State::done;
    ++m_finished;
    if (!pick.demanded) m_backgroundBytes -= pick.stored;
}

bool SegmentQueue::demand(ChunkRef chunk) {
    const ChunkPlace place = m_places.find(chunk);
    if (place.kind == ChunkPlace::Kind::base || place.kind == ChunkPlace::Kind::zero) return false;
    const std::size_t number = numberOf(place.segment);
    if (m_states[number] == State::inFlight) {
        m_states[number] = State::demandedInFlight;
        return true;
    }
    if (m_states[number] != State::waiting) return false;
    if (std::find(m_demanded.begin(), m_demanded.end(), number) != m_demanded.end()) return false;
    m_demanded.push_back(number);
    return true;
}

bool SegmentQueue::isDemanded(const Pick& pick) const {
    return m_states[numberOf(pick.segment)] == State::demandedInFlight;
}

}  // namespace cloudlet
