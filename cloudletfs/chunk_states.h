// Where each chunk of one image is: base, pending, placed or modified, and which of the modified
// ones are zero (engine/mount/CHANNEL.md). Not synchronised: LazyImage guards it.
#pragma once

#include "engine/image/chunk_set.h"
#include "engine/mount/mount_statistics.h"

namespace cloudlet {

class ChunkStates {
public:
    explicit ChunkStates(ChunkSet pending);

    std::uint64_t chunks() const { return m_pending.chunks(); }
    bool isPending(std::uint64_t chunk) const { return m_pending.contains(chunk); }
    bool isZeroed(std::uint64_t chunk) const { return m_zeroed.contains(chunk); }
    // Read from the upper, not from the base. REQUIRES: not pending.
    bool isUpper(std::uint64_t chunk) const {
        return m_placed.contains(chunk) || m_modified.contains(chunk);
    }
    bool isPlaced(std::uint64_t chunk) const { return m_placed.contains(chunk); }
    std::uint64_t pendingCount() const { return m_pending.count(); }

    // The first pending chunk at or after `from`; `end` if there is none before.
    std::uint64_t nextPending(std::uint64_t from, std::uint64_t end) const;
    // The first chunk after `from` that is pending unlike it; `end` if there is none before.
    std::uint64_t pendingRunEnd(std::uint64_t from, std::uint64_t end) const;
    // The same for what is read from elsewhere. REQUIRES: no chunk of [from, end) is pending.
    std::uint64_t sourceRunEnd(std::uint64_t from, std::uint64_t end) const;

    // REQUIRES: pending.
    void place(std::uint64_t chunk);
    enum class Content { bytes, zeros };
    void modify(std::uint64_t chunk, Content content);

    const ChunkSet& modified() const { return m_modified; }  // the zeroed ones among them
    const ChunkSet& zeroed() const { return m_zeroed; }
    const ChunkSet& placed() const { return m_placed; }
    // The counts of states, and nothing else.
    void count(MountImageStatistics& into) const;

private:
    ChunkSet m_pending;
    ChunkSet m_placed;
    ChunkSet m_modified;
    ChunkSet m_zeroed;
};

}  // namespace cloudlet
