#include "engine/base/progress.h"

namespace cloudlet {

void Progress::beginStage(std::string name, std::uint64_t total, Unit unit) {
    const std::lock_guard lock(m_mutex);
    m_stage = std::move(name);
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
    return {m_stage, m_stageIndex, m_done.load(std::memory_order_relaxed),
            m_total.load(std::memory_order_relaxed), m_unit == Unit::bytes};
}

std::vector<std::string> Progress::takeNotices() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_notices, {});
}

}  // namespace cloudlet
