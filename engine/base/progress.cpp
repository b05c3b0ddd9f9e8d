#include "engine/base/progress.h"

namespace cloudlet {

void Progress::beginStage(std::string name, std::uint64_t total, Unit unit) {
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (m_stageIndex > 0) m_finished.push_back({std::move(m_stage), now - m_began});
    m_stage = std::move(name);
    m_began = now;
    ++m_stageIndex;
    m_unit = unit;
    m_done.store(0, std::memory_order_relaxed);
    m_total.store(total, std::memory_order_relaxed);
}

void Progress::notice(std::string text) {
    const std::lock_guard lock(m_mutex);
    m_notices.push_back(std::move(text));
}

Progress::Snapshot Progress::snapshot() const {
    const std::lock_guard lock(m_mutex);
    return {m_stage,
            m_stageIndex,
            m_done.load(std::memory_order_relaxed),
            m_total.load(std::memory_order_relaxed),
            m_unit == Unit::bytes,
            m_began};
}

std::vector<std::string> Progress::takeNotices() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_notices, {});
}

std::vector<Progress::FinishedStage> Progress::takeFinished() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_finished, {});
}

}  // namespace cloudlet
