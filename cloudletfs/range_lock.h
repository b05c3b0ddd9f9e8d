// Excludes changes of overlapping ranges of chunks from each other: a guest's write, a trim and a
// placement. Readers do not take it. Any thread.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace cloudlet {

class RangeLock {
public:
    class Held {
    public:
        ~Held() { m_lock.release(m_first, m_end); }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

    private:
        friend class RangeLock;
        Held(RangeLock& lock, std::uint64_t first, std::uint64_t end)
            : m_lock(lock), m_first(first), m_end(end) {}

        RangeLock& m_lock;
        std::uint64_t m_first;
        std::uint64_t m_end;
    };

    // Chunks [first, end). Waits for the local reads and writes of those who have some of them.
    // REQUIRES: the caller holds no other range.
    Held take(std::uint64_t first, std::uint64_t end) {
        std::unique_lock lock(m_mutex);
        const auto isFree = [&] {
            return std::none_of(m_taken.begin(), m_taken.end(), [&](const Range& taken) {
                return taken.first < end && first < taken.end;
            });
        };
        m_freed.wait(lock, isFree);
        m_taken.push_back({first, end});
        return Held(*this, first, end);
    }

private:
    struct Range {
        std::uint64_t first;
        std::uint64_t end;
    };

    void release(std::uint64_t first, std::uint64_t end) {
        const std::lock_guard lock(m_mutex);
        const auto mine = std::find_if(m_taken.begin(), m_taken.end(), [&](const Range& taken) {
            return taken.first == first && taken.end == end;
        });
        m_taken.erase(mine);
        m_freed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_freed;
    std::vector<Range> m_taken;
};

}  // namespace cloudlet
