// Files that sessions have received whole and compared with their hashes: of equal ones one copy is
// stored, for as long as a session has it. Used by the sessions of a table; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "engine/base/file.h"
#include "engine/net/message.h"

namespace cloudlet {

class StoredCopies {
public:
    // The copy of the offered file that is there already, or else `own`, which equal ones get then.
    // REQUIRES: `own` is what was offered, every byte of it, and nobody writes to it any more.
    std::shared_ptr<File> oneOf(const push::Offer& offer, std::shared_ptr<File> own);

private:
    using Key = std::tuple<push::What, Hash, std::uint64_t>;

    std::mutex m_mutex;
    std::map<Key, std::weak_ptr<File>> m_copies;
};

}  // namespace cloudlet
