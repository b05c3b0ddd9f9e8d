// One image of a VM: its base, its upper and the requests that wait for what is still to come.
// Knows neither FUSE nor the channel. Any thread; no function waits for a placement, and none
// holds a lock while it reads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "cloudletfs/chunk_states.h"
#include "cloudletfs/range_lock.h"
#include "cloudletfs/touch_log.h"
#include "cloudletfs/wait_times.h"
#include "cloudletfs/waiting_requests.h"
#include "engine/base/file.h"
#include "engine/base/mapped_file.h"
#include "engine/image/chunk.h"
#include "engine/mount/message.h"

namespace cloudlet {

class LazyImage {
public:
    using ChunkRange = mountChannel::ChunkRange;
    using Clock = std::chrono::steady_clock;

    struct Plan {
        ImageKind kind = ImageKind::disk;
        fs::path base;       // must have the image's size
        fs::path folder;     // the upper is a nameless file in it
        ChunkSet pending;    // of the image's size
        TouchLog* touchLog;  // null: touches are not recorded
        // Called once for each chunk that somebody waits for, with no lock held.
        std::function<void(const ChunkRange&)> onDemand;
    };
    static Result<std::unique_ptr<LazyImage>> open(Plan plan);

    std::uint64_t size() const { return m_states.chunks() * kChunkSize; }

    // Each calls the answer once, now or when what is missing has come.
    void read(std::uint64_t offset, std::size_t size, std::unique_ptr<Answer> answer);
    void write(std::uint64_t offset, ByteView bytes, std::unique_ptr<Answer> answer);
    void zero(std::uint64_t offset, std::uint64_t length, std::unique_ptr<Answer> answer);

    // Fills what is pending of the range. Errors: corrupt (outside the image), noSpace, I/O;
    // then the chunks stay pending.
    Result<void> place(std::uint64_t first, ByteView bytes);
    Result<void> placeZero(std::uint64_t first, std::uint64_t count);

    // Whoever waits or will have to wait gets EIO.
    void fail();
    // EIO for those who wait since before `time`. Returns how many.
    std::size_t failWaitingSince(Clock::time_point time);
    // EINTR for those whose thread is being killed: it cannot die before it is answered.
    void releaseKilled();

    std::uint64_t pendingCount() const;
    Clock::time_point lastPlaced() const;
    struct Changes {
        ChunkSet modified;  // not zeroed
        ChunkSet zeroed;
        ChunkSet placed;
    };
    Changes changes() const;
    void statistics(MountImageStatistics& into) const;
    struct Waits {
        WaitTimes times;
        std::uint64_t failed = 0;
        std::uint64_t waitingNow = 0;
        std::optional<Clock::time_point> oldest;
    };
    Waits waits() const;

private:
    LazyImage(Plan plan, File base, MappedFile baseMap, File upper);

    static constexpr std::uint64_t kSlice = 1 << 14;  // chunks: bounds how long a lock is held

    struct Piece {
        bool upper;
        std::uint64_t offset;
        std::size_t size;
    };

    void serve(Request request);
    void serveRead(Request request);
    // The piece as the base is mapped; nothing if it is small or cannot be read without an error.
    std::optional<ByteView> mapped(const Piece& piece) const;
    void servePatches(Request request);
    void resume(std::vector<Request> requests);
    void finish(Request& request, int errorNumber);
    // REQUIRES for these: m_mutex is held.
    std::vector<Piece> pieces(const Request& request) const;
    bool park(std::uint64_t chunk, Request& request);
    std::vector<ChunkRange> demand(std::uint64_t first, std::uint64_t end);
    void touch(std::uint64_t first, std::uint64_t end);
    // REQUIRES for these: the range is taken.
    Result<std::vector<bool>> store(std::uint64_t first, ByteView bytes);
    Result<void> clear(std::uint64_t first, std::uint64_t end);

    Result<void> overwrite(std::uint64_t first, ByteView bytes);
    Result<void> overwriteWithZeros(std::uint64_t first, std::uint64_t end);
    Result<void> apply(const Patch& patch);
    Result<void> checkRange(std::uint64_t first, std::uint64_t count) const;
    std::vector<ChunkRange> pendingRuns(std::uint64_t first, std::uint64_t end) const;
    void placed(const std::vector<ChunkRange>& runs);

    const ImageKind m_kind;
    const File m_base;
    const MappedFile m_baseMap;
    File m_upper;
    TouchLog* const m_touchLog;
    const std::function<void(const ChunkRange&)> m_onDemand;
    RangeLock m_ranges;  // taken before m_mutex

    mutable std::mutex m_mutex;  // guards what follows, up to the counters; never held over I/O
    ChunkStates m_states;
    ChunkSet m_demanded;
    ChunkSet m_touched;
    WaitingRequests m_waiting;
    WaitTimes m_times;
    std::uint64_t m_failedWaits = 0;
    std::uint64_t m_placedInTime = 0;
    Clock::time_point m_lastPlaced = Clock::now();
    bool m_failed = false;
    // Chunks that are not upper are holes in it, until a write to the upper has failed halfway.
    bool m_holesAreTrue = true;

    std::atomic<std::uint64_t> m_bytesFromBase{0};
    std::atomic<std::uint64_t> m_bytesFromUpper{0};
};

}  // namespace cloudlet
