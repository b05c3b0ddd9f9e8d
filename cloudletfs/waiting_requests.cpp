#include "cloudletfs/waiting_requests.h"

#include <algorithm>

#include "engine/base/check.h"

namespace cloudlet {

void WaitingRequests::add(std::uint64_t chunk, Request request) {
    CHECK(!isFull());
    if (!request.waitsSince) request.waitsSince = std::chrono::steady_clock::now();
    m_requests.emplace(chunk, std::move(request));
}

std::vector<Request> WaitingRequests::take(std::uint64_t first, std::uint64_t end) {
    const auto from = m_requests.lower_bound(first);
    const auto to = m_requests.lower_bound(end);
    std::vector<Request> taken;
    for (auto it = from; it != to; ++it) taken.push_back(std::move(it->second));
    m_requests.erase(from, to);
    return taken;
}

std::vector<Request> WaitingRequests::takeIf(const std::function<bool(const Request&)>& condition) {
    std::vector<Request> taken;
    for (auto it = m_requests.begin(); it != m_requests.end();) {
        if (condition(it->second)) {
            taken.push_back(std::move(it->second));
            it = m_requests.erase(it);
        } else {
            ++it;
        }
    }
    return taken;
}

std::optional<std::chrono::steady_clock::time_point> WaitingRequests::oldest() const {
    std::optional<std::chrono::steady_clock::time_point> oldest;
    for (const auto& [chunk, request] : m_requests) {
        if (!oldest || *request.waitsSince < *oldest) oldest = request.waitsSince;
    }
    return oldest;
}

std::vector<pid_t> WaitingRequests::askers() const {
    std::vector<pid_t> askers;
    for (const auto& [chunk, request] : m_requests) askers.push_back(request.answer->asker());
    return askers;
}

}  // namespace cloudlet
