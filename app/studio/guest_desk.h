// Where a running guest is attended: its job serves here, on the job's thread, what pages ask for
// meanwhile, until somebody says that it is time to go on. Any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>

#include "engine/base/result.h"
#include "engine/vm/domain.h"

namespace cloudlet {

class GuestDesk {
public:
    using Task = std::function<Result<void>(Domain&, std::stop_token)>;
    struct Watcher {
        std::function<void(const Error&)> taskFailed;
        std::function<void(const DomainStatus&)> stateChanged;
    };

    void post(Task task);
    // serve() returns when the tasks posted before are done.
    void leave();
    // Calls the watcher on the calling thread. Errors: cancelled; failed, when the guest ends by
    // itself.
    Result<void> serve(Domain& domain, std::stop_token stop, const Watcher& watcher);

private:
    std::mutex m_mutex;  // guards m_tasks and m_leaving
    std::condition_variable_any m_changed;
    std::deque<Task> m_tasks;
    bool m_leaving = false;
};

}  // namespace cloudlet
