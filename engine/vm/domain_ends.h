// How watched domains ended, as libvirt's lifecycle events tell; a domain that has ended cannot
// be asked any more. Filled by the event loop's thread, read by any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/vm/domain.h"

namespace cloudlet {

class DomainEnds {
public:
    // From here on the end of `uuid` is remembered, until forget().
    void watch(const std::string& uuid) {
        const std::lock_guard lock(m_mutex);
        m_ends[uuid] = std::nullopt;
    }
    void forget(const std::string& uuid) {
        const std::lock_guard lock(m_mutex);
        m_ends.erase(uuid);
    }
    void record(const std::string& uuid, const DomainStatus& end) {
        const std::lock_guard lock(m_mutex);
        const auto found = m_ends.find(uuid);
        if (found == m_ends.end()) return;
        found->second = end;
        m_changed.notify_all();
    }
    // nullopt: not ended when `limit` or `stop` came.
    std::optional<DomainStatus> wait(const std::string& uuid, std::chrono::milliseconds limit,
                                     std::stop_token stop) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, stop, limit, [&] {
            const auto found = m_ends.find(uuid);
            return found == m_ends.end() || found->second.has_value();
        });
        const auto found = m_ends.find(uuid);
        return found == m_ends.end() ? std::nullopt : found->second;
    }

private:
    std::mutex m_mutex;  // guards the map
    std::condition_variable_any m_changed;
    std::map<std::string, std::optional<DomainStatus>> m_ends;
};

}  // namespace cloudlet
