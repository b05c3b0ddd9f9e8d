// The requests that wait for pending chunks of one image, each under the first one that it
// misses. Not synchronised: LazyImage guards it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "cloudletfs/request.h"

namespace cloudlet {

class WaitingRequests {
public:
    // Some hundred bytes each, and at most two chunks with a write: a bound on what a program
    // that asks without end can cost.
    static constexpr std::size_t kMost = 1 << 16;

    bool isFull() const { return m_requests.size() >= kMost; }
    std::size_t count() const { return m_requests.size(); }
    // REQUIRES: not isFull().
    void add(std::uint64_t chunk, Request request);
    // Those that wait for chunks of [first, end), in order of arrival for each chunk.
    std::vector<Request> take(std::uint64_t first, std::uint64_t end);
    std::vector<Request> takeAll() { return take(0, UINT64_MAX); }
    std::vector<Request> takeIf(const std::function<bool(const Request&)>& condition);
    std::optional<std::chrono::steady_clock::time_point> oldest() const;
    std::vector<pid_t> askers() const;

private:
    std::multimap<std::uint64_t, Request> m_requests;  // by chunk
};

}  // namespace cloudlet
