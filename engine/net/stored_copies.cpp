#include "engine/net/stored_copies.h"

namespace cloudlet {

std::shared_ptr<File> StoredCopies::oneOf(const push::Offer& offer, std::shared_ptr<File> own) {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_copies, [](const auto& copy) { return copy.second.expired(); });
    std::weak_ptr<File>& known = m_copies[{offer.what, offer.id, offer.size}];
    if (std::shared_ptr<File> there = known.lock()) return there;
    known = own;
    return own;
}

}  // namespace cloudlet
