#include "app/studio/guest_desk.h"

#include <chrono>
#include <optional>
#include <utility>

namespace cloudlet {

namespace {

// So soon a guest that has ended, or stands still by itself, is noticed.
constexpr std::chrono::milliseconds kLookEvery{500};

}  // namespace

void GuestDesk::post(Task task) {
    const std::scoped_lock lock(m_mutex);
    m_tasks.push_back(std::move(task));
    m_changed.notify_all();
}

void GuestDesk::leave() {
    const std::scoped_lock lock(m_mutex);
    m_leaving = true;
    m_changed.notify_all();
}

Result<void> GuestDesk::serve(Domain& domain, std::stop_token stop, const Watcher& watcher) {
    std::optional<DomainState> known;
    while (true) {
        Task task;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, stop, kLookEvery,
                               [this] { return m_leaving || !m_tasks.empty(); });
            if (!m_tasks.empty()) {
                task = std::move(m_tasks.front());
                m_tasks.pop_front();
            } else if (m_leaving) {
                m_leaving = false;
                return {};
            }
        }
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        if (task) {
            const Result<void> done = task(domain, stop);
            if (!done && watcher.taskFailed) watcher.taskFailed(done.error());
        }
        const DomainStatus status = TRY(domain.status());
        if (status.state != std::exchange(known, status.state) && watcher.stateChanged) {
            watcher.stateChanged(status);
        }
        if (status.ended()) return guestEnded(status);
    }
}

}  // namespace cloudlet
