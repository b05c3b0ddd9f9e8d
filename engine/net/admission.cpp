#include "engine/net/admission.h"

#include <utility>

#include "engine/net/rate_limiter.h"

namespace cloudlet {

Admission::Place::Place(Admission& admission, std::string source)
    : m_admission(&admission), m_source(std::move(source)) {}

Admission::Place::Place(Place&& other) noexcept
    : m_admission(std::exchange(other.m_admission, nullptr)), m_source(std::move(other.m_source)) {}

Admission::Place& Admission::Place::operator=(Place&& other) noexcept {
    if (this != &other) {
        leave();
        m_admission = std::exchange(other.m_admission, nullptr);
        m_source = std::move(other.m_source);
    }
    return *this;
}

void Admission::Place::leave() {
    if (m_admission == nullptr) return;
    Admission& admission = *std::exchange(m_admission, nullptr);
    const std::lock_guard lock(admission.m_mutex);
    const auto found = admission.m_bySource.find(m_source);
    if (--found->second == 0) admission.m_bySource.erase(found);
    --admission.m_all;
}

Admission::Place Admission::enter(const std::string& address) {
    const std::string source = sourceOf(address);
    const std::lock_guard lock(m_mutex);
    if (m_all >= kMost) return {};
    std::size_t& count = m_bySource[source];
    if (count >= kMostOfSource) return {};
    ++count;
    ++m_all;
    return Place(*this, source);
}

}  // namespace cloudlet
