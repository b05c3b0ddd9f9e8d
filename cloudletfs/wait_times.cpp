#include "cloudletfs/wait_times.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cloudlet {

namespace {

// Values below 8 have a bucket each; from there on the three bits after the highest one choose.
std::size_t bucketOf(std::uint64_t value) {
    if (value < 8) return value;
    const auto power = static_cast<unsigned>(std::bit_width(value)) - 1;
    return (power - 2) * 8 + (value >> (power - 3) & 7);
}

std::uint64_t lastOf(std::size_t bucket) {
    if (bucket < 8) return bucket;
    const std::size_t power = bucket / 8 + 2;
    return ((8 + bucket % 8 + 1) << (power - 3)) - 1;
}

}  // namespace

void WaitTimes::add(std::chrono::microseconds time) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    ++m_buckets[bucketOf(value)];
    ++m_count;
    m_most = std::max(m_most, time);
}

void WaitTimes::add(const WaitTimes& other) {
    for (std::size_t i = 0; i < kBuckets; ++i) m_buckets[i] += other.m_buckets[i];
    m_count += other.m_count;
    m_most = std::max(m_most, other.m_most);
}

std::chrono::microseconds WaitTimes::percentile(double share) const {
    if (m_count == 0) return {};
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(m_count))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        seen += m_buckets[i];
        if (seen < wanted) continue;
        const auto end = static_cast<std::int64_t>(lastOf(i));
        return std::min(std::chrono::microseconds(end), m_most);
    }
    return m_most;
}

}  // namespace cloudlet
