// What a job tells while it runs: stage, work done and expected, notices. The job writes, any
// thread may read at any time; a reader polls about ten times a second, nothing is signalled.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cloudlet {

class Progress {
public:
    struct Snapshot {
        std::string stage;        // "copying memory"; empty before the first stage
        unsigned stageIndex = 0;  // counts stages begun, from 1
        std::uint64_t done = 0;
        std::uint64_t total = 0;  // 0: not known
        bool inBytes = false;
        std::chrono::steady_clock::time_point began{};
    };
    struct FinishedStage {
        std::string name;
        std::chrono::steady_clock::duration took{};
    };
    enum class Unit { items, bytes };

    void beginStage(std::string name, std::uint64_t total = 0, Unit unit = Unit::bytes);
    void setTotal(std::uint64_t total) { m_total.store(total, std::memory_order_relaxed); }
    void setDone(std::uint64_t done) { m_done.store(done, std::memory_order_relaxed); }
    void advance(std::uint64_t amount) { m_done.fetch_add(amount, std::memory_order_relaxed); }
    // A sentence for the person that is no error: "KVM is not usable here: ...".
    void notice(std::string text);

    Snapshot snapshot() const;
    // Notices since the last call, oldest first.
    std::vector<std::string> takeNotices();
    // Stages that another one has followed since the last call, oldest first: the ones that were
    // too short for a poll to see among them.
    std::vector<FinishedStage> takeFinished();

private:
    std::atomic<std::uint64_t> m_done{0};
    std::atomic<std::uint64_t> m_total{0};
    mutable std::mutex m_mutex;  // guards the members below
    std::string m_stage;
    unsigned m_stageIndex = 0;
    Unit m_unit = Unit::bytes;
    std::chrono::steady_clock::time_point m_began{};
    std::vector<FinishedStage> m_finished;
    std::vector<std::string> m_notices;
};

}  // namespace cloudlet
