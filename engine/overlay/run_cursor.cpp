#include "engine/overlay/run_cursor.h"

#include <algorithm>

namespace cloudlet {

std::optional<ChunkRun> RunCursor::nextItem() {
    if (m_left == 0 || !m_ok) return std::nullopt;
    --m_left;
    const std::uint64_t distance = m_reader.varint();
    const std::uint64_t more = m_coding == Coding::runs ? m_reader.varint() : 0;
    // Runs that touch are one run: the coding has no word for a distance of zero between them.
    const std::uint64_t least = m_next + (m_coding == Coding::runs && !m_first ? 1 : 0);
    m_ok = m_reader.ok() && least < m_limit && distance < m_limit - least &&
           more < m_limit - least - distance;
    if (!m_ok) return std::nullopt;
    m_first = false;
    const ChunkRun run{least + distance, more + 1};
    m_next = run.end();
    return run;
}

std::optional<ChunkRun> RunCursor::next() {
    std::optional<ChunkRun> run = m_pending ? std::exchange(m_pending, std::nullopt) : nextItem();
    while (run && m_coding == Coding::numbers) {
        m_pending = nextItem();
        if (!m_pending || m_pending->first != run->end()) break;
        run->length += std::exchange(m_pending, std::nullopt)->length;
    }
    return m_ok ? run : std::nullopt;
}

Result<void> checkDisjoint(std::vector<RunCursor> lists, ImageKind image) {
    struct Head {
        ChunkRun run;
        std::size_t list = 0;
    };
    const auto later = [](const Head& a, const Head& b) { return a.run.first > b.run.first; };
    std::vector<Head> heads;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        if (const std::optional<ChunkRun> run = lists[i].next()) heads.push_back({*run, i});
    }
    std::make_heap(heads.begin(), heads.end(), later);
    std::uint64_t end = 0;
    while (!heads.empty()) {
        std::pop_heap(heads.begin(), heads.end(), later);
        Head head = heads.back();
        heads.pop_back();
        if (head.run.first < end) {
            return Error{ErrorCode::corrupt, std::string(toString(image)) + " chunk " +
                                                 std::to_string(head.run.first) +
                                                 " is in its table twice"};
        }
        end = head.run.end();
        const std::optional<ChunkRun> run = lists[head.list].next();
        if (!run) continue;
        heads.push_back({*run, head.list});
        std::push_heap(heads.begin(), heads.end(), later);
    }
    return {};
}

}  // namespace cloudlet
