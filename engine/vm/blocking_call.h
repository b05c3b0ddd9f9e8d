// Waits for a call that cannot be interrupted (libvirt's) but no longer than a stop token or a
// limit allow. The call then goes on by itself on a thread of its own, and its result is
// dropped; BlockingCalls counts such threads, so that their end can be awaited. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "engine/base/result.h"

namespace cloudlet {

class BlockingCalls {
public:
    // `call` returns a Result and owns all that it touches. `what` names it in errors. A call
    // that ends by itself when stopped is given `grace` to do so.
    // Errors: cancelled, timedOut, and those of the call.
    template <typename Call>
    std::invoke_result_t<Call> run(Call call, const std::string& what,
                                   std::chrono::milliseconds limit, std::stop_token stop,
                                   std::chrono::milliseconds grace = {}) {
        using R = std::invoke_result_t<Call>;
        struct Slot {
            std::mutex mutex;  // guards the result
            std::condition_variable_any ready;
            std::optional<R> result;
        };
        auto slot = std::make_shared<Slot>();
        auto counted = [slot, count = m_count, call = std::move(call)]() mutable {
            {
                Call own = std::move(call);  // ends here, with all that it holds
                R result = own();
                const std::lock_guard lock(slot->mutex);
                slot->result.emplace(std::move(result));
                slot->ready.notify_all();
            }
            slot.reset();
            const std::lock_guard lock(count->mutex);
            --count->running;
            count->changed.notify_all();
        };
        TRY(start(std::move(counted), what));
        std::unique_lock lock(slot->mutex);
        const auto ended = [&] { return slot->result.has_value(); };
        slot->ready.wait_for(lock, stop, limit, ended);
        if (stop.stop_requested()) slot->ready.wait_for(lock, grace, ended);
        if (ended()) return *std::move(slot->result);
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, what + " was cancelled"};
        return Error{ErrorCode::timedOut, what + " takes too long"};
    }

    // Waits for all calls, abandoned ones included; false when the limit is reached first.
    bool waitUntilIdle(std::chrono::milliseconds limit) {
        std::unique_lock lock(m_count->mutex);
        return m_count->changed.wait_for(lock, limit, [&] { return m_count->running == 0; });
    }

private:
    struct Count {
        std::mutex mutex;  // guards the number
        std::condition_variable changed;
        int running = 0;
    };

    template <typename Body>
    Result<void> start(Body body, const std::string& what) {
        {
            const std::lock_guard lock(m_count->mutex);
            ++m_count->running;
        }
        try {
            std::thread(std::move(body)).detach();
        } catch (const std::system_error& e) {
            const std::lock_guard lock(m_count->mutex);
            --m_count->running;
            return Error{ErrorCode::failed, what + ": cannot start a thread: " + e.what()};
        }
        return {};
    }

    std::shared_ptr<Count> m_count = std::make_shared<Count>();
};

}  // namespace cloudlet
