#include "engine/net/rate_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace cloudlet {

namespace {

constexpr std::size_t kMostSources = 10'000;  // some hundred bytes each

}  // namespace

std::string sourceOf(const std::string& address) {
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) != 1) {
        return address;
    }
    char text[INET6_ADDRSTRLEN] = {};
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        return ::inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
    }
    std::memset(v6.s6_addr + 8, 0, 8);
    return std::string(::inet_ntop(AF_INET6, &v6, text, sizeof text)) + "/64";
}

bool RateLimiter::isBlocked(const std::string& source, Time now) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_events.find(source);
    if (found == m_events.end()) return false;
    std::deque<Time>& times = found->second;
    while (!times.empty() && now - times.front() >= m_window) times.pop_front();
    return times.size() >= m_most;
}

void RateLimiter::count(const std::string& source, Time now) {
    const std::lock_guard lock(m_mutex);
    if (m_events.size() >= kMostSources && !m_events.contains(source)) forgetOld(now);
    std::deque<Time>& times = m_events[source];
    times.push_back(now);
    if (times.size() > m_most) times.pop_front();
}

// What is past, and if that is nothing, the source that has been quiet for longest.
void RateLimiter::forgetOld(Time now) {
    std::erase_if(m_events,
                  [&](const auto& entry) { return now - entry.second.back() >= m_window; });
    if (m_events.size() < kMostSources) return;
    m_events.erase(std::min_element(m_events.begin(), m_events.end(), [](auto& a, auto& b) {
        return a.second.back() < b.second.back();
    }));
}

}  // namespace cloudlet
