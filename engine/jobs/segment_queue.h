// In which order the segments of an overlay are fetched while its VM already runs: demanded ones
// before all others, the rest in the order of the file, where the start set leads. Plain
// bookkeeping; not synchronised.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "engine/overlay/chunk_places.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

class SegmentQueue {
public:
    struct Pick {
        std::size_t segment = 0;
        std::uint64_t stored = 0;  // bytes to fetch
        bool demanded = false;
    };

    // Of all segments but those of the device state.
    explicit SegmentQueue(const OverlayReader& overlay);

    // What to fetch next; it then counts as in flight. At most `window` bytes of segments that
    // nobody demanded are in flight at once (one segment always may), so that a demanded one does
    // not wait long behind them. nullopt: nothing may begin now.
    std::optional<Pick> take(std::uint64_t window);
    // REQUIRES: taken.
    void finish(const Pick& pick);
    // A chunk that somebody waits for. False if its segment is asked for or done already, or
    // holds no such chunk.
    bool demand(ChunkRef chunk);
    // Somebody waits for what is under way, or did when it was taken. REQUIRES: taken.
    bool isDemanded(const Pick& pick) const;

    bool isComplete() const { return m_finished == m_states.size(); }
    std::size_t finishedSegments() const { return m_finished; }

private:
    enum class State : std::uint8_t { waiting, inFlight, demandedInFlight, done };
    std::optional<std::size_t> nextWaiting();
    std::size_t numberOf(std::size_t segment) const;  // in m_segments

    std::vector<Pick> m_segments;  // in file order
    std::vector<State> m_states;
    ChunkPlaces m_places;
    std::deque<std::size_t> m_demanded;
    std::size_t m_next = 0;  // none before it waits
    std::size_t m_finished = 0;
    std::uint64_t m_backgroundBytes = 0;
};

}  // namespace cloudlet
