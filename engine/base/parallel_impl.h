// Body of orderedPipeline; include engine/base/parallel.h instead.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cloudlet {

namespace detail {

// Runs queued closures on a few threads until it is destroyed; unstarted ones are dropped.
class WorkerPool {
public:
    // `begin`: what each of the threads does first.
    explicit WorkerPool(unsigned threads, const std::function<void()>& begin = {});
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    void submit(std::function<void()> task);

private:
    std::mutex m_mutex;  // guards m_tasks, m_closing
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    bool m_closing = false;
    std::vector<std::jthread> m_threads;
};

inline Error cancelledError() {
    return {ErrorCode::cancelled, "cancelled"};
}

}  // namespace detail

template <typename Item, typename Output>
Result<void> orderedPipeline(std::size_t depth,
                             const std::function<Result<std::optional<Item>>()>& next,
                             const std::function<Result<Output>(Item)>& work,
                             const std::function<Result<void>(Output)>& sink,
                             std::stop_token stop) {
    CHECK(depth > 0);
    struct Slot {
        std::mutex mutex;  // guards output
        std::condition_variable ready;
        std::optional<Result<Output>> output;
    };
    std::deque<std::shared_ptr<Slot>> inFlight;
    // After inFlight: its threads end before it.
    detail::WorkerPool pool(static_cast<unsigned>(std::min<std::size_t>(coreCount(), depth)));
    bool exhausted = false;
    while (true) {
        if (stop.stop_requested()) return detail::cancelledError();
        while (!exhausted && inFlight.size() < depth) {
            std::optional<Item> item = TRY(next());
            if (!item) {
                exhausted = true;
                break;
            }
            auto slot = std::make_shared<Slot>();
            auto shared = std::make_shared<Item>(std::move(*item));
            inFlight.push_back(slot);
            pool.submit([slot, shared, &work] {
                Result<Output> output = work(std::move(*shared));
                const std::lock_guard lock(slot->mutex);
                slot->output.emplace(std::move(output));
                slot->ready.notify_one();
            });
        }
        if (inFlight.empty()) return {};
        const std::shared_ptr<Slot> slot = inFlight.front();
        inFlight.pop_front();
        std::unique_lock lock(slot->mutex);
        slot->ready.wait(lock, [&] { return slot->output.has_value(); });
        Output output = TRY(std::move(*slot->output));
        lock.unlock();
        TRY(sink(std::move(output)));
    }
}

}  // namespace cloudlet
