#include "engine/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>

namespace cloudlet {

unsigned coreCount() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<unsigned>(std::clamp<int>(CPU_COUNT(&set), 1, kMostCores));
}

Result<void> parallelFor(std::size_t count, const std::function<Result<void>(std::size_t)>& body,
                         std::stop_token stop, unsigned mostThreads) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;  // guards firstError
    std::optional<Error> firstError;
    const auto run = [&] {
        while (!failed.load(std::memory_order_relaxed)) {
            const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
            if (index >= count) return;
            Result<void> done =
                stop.stop_requested() ? Result<void>(detail::cancelledError()) : body(index);
            if (done) continue;
            const std::lock_guard lock(mutex);
            if (!firstError) firstError = std::move(done).error();
            failed.store(true, std::memory_order_relaxed);
        }
    };
    {
        std::vector<std::jthread> threads;
        const std::size_t wanted = std::min<std::size_t>({coreCount(), mostThreads, count});
        for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(run);
        run();
    }
    if (firstError) return *firstError;
    return {};
}

namespace detail {

WorkerPool::WorkerPool(unsigned threads, const std::function<void()>& begin) {
    for (unsigned i = 0; i < threads; ++i) {
        m_threads.emplace_back([this, begin] {
            if (begin) begin();
            while (true) {
                std::unique_lock lock(m_mutex);
                m_wake.wait(lock, [&] { return m_closing || !m_tasks.empty(); });
                if (m_closing) return;
                const std::function<void()> task = std::move(m_tasks.front());
                m_tasks.pop_front();
                lock.unlock();
                task();
            }
        });
    }
}

WorkerPool::~WorkerPool() {
    const std::unique_lock lock(m_mutex);
    m_closing = true;
    m_wake.notify_all();
}

void WorkerPool::submit(std::function<void()> task) {
    const std::lock_guard lock(m_mutex);
    m_tasks.push_back(std::move(task));
    m_wake.notify_one();
}

}  // namespace detail

}  // namespace cloudlet
