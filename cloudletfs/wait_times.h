// How long requests waited: a histogram of constant size. Not synchronised.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace cloudlet {

class WaitTimes {
public:
    void add(std::chrono::microseconds time);

    std::uint64_t count() const { return m_count; }
    std::chrono::microseconds most() const { return m_most; }
    // What `share` (0 to 1) of the times do not exceed: the end of its bucket, at most 1/8 too
    // long. 0 if there are none.
    std::chrono::microseconds percentile(double share) const;
    void add(const WaitTimes& other);

private:
    static constexpr std::size_t kBuckets = 64 * 8;  // eight for each power of two

    std::array<std::uint64_t, kBuckets> m_buckets{};
    std::uint64_t m_count = 0;
    std::chrono::microseconds m_most{};
};

}  // namespace cloudlet
