// Counts what goes wrong for each source and says when it was too much: at most `most` events in
// any `window`. Time is handed in. Bounded memory: of too many sources the oldest are forgotten.
// Any thread.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace cloudlet {

// A network that one person may have at their disposal: an IPv4 address, the /64 of an IPv6 one;
// an IPv4 address in IPv6 clothes is the IPv4 address. What is no address is its own source.
std::string sourceOf(const std::string& address);

class RateLimiter {
public:
    using Time = std::chrono::steady_clock::time_point;

    RateLimiter(std::size_t most, std::chrono::seconds window) : m_most(most), m_window(window) {}

    bool isBlocked(const std::string& source, Time now);
    void count(const std::string& source, Time now);

private:
    void forgetOld(Time now);

    std::size_t m_most;
    std::chrono::seconds m_window;
    std::mutex m_mutex;  // guards m_events
    std::map<std::string, std::deque<Time>> m_events;
};

}  // namespace cloudlet
