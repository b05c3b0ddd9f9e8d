// Brings the segments of an overlay into the mount of a VM, on threads of its own, while the VM
// may run already: what the guest waits for first, the rest in file order. Made by synthesise().
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/base/progress.h"
#include "engine/base/stopwatch.h"
#include "engine/jobs/segment_queue.h"
#include "engine/mount/mount.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

// The chunks that an overlay brings, the zero ones too: what is pending in a mount at first.
ChunkSet chunksOf(const OverlayReader& overlay, ImageKind image);
// Those that are zero need no segment. Errors: Mount's.
Result<void> placeZeros(const OverlayReader& overlay, Mount& mount);

struct FeedStatus {
    std::size_t segments = 0;  // device state apart
    std::size_t finishedSegments = 0;
    std::size_t demandedSegments = 0;  // fetched before their turn
    std::uint64_t totalBytes = 0;      // stored, as the source sends them
    std::uint64_t fetchedBytes = 0;
    double completeSeconds = 0;  // since the feed began; 0 until all is placed
};

class OverlayFeed {
public:
    struct Options {
        // A segment that takes longer ends the feed: the source is taken for dead.
        std::chrono::milliseconds stall = std::chrono::seconds(30);
        // Until guestRuns(), what nobody waits for takes a small part of the processors only.
        bool giveWay = false;
    };

    // Starts at once. `mount`, whose pending chunks are those of the overlay's segments,
    // and the overlay's source must outlive the feed.
    OverlayFeed(OverlayReader overlay, BaseImages base, Mount& mount, Options options);
    // Stops within the time that one read of the source takes to notice its interruption.
    ~OverlayFeed();
    OverlayFeed(const OverlayFeed&) = delete;
    OverlayFeed& operator=(const OverlayFeed&) = delete;

    // The VM has started: from here on it need not be given way to.
    void guestRuns();
    FeedStatus status() const;
    // Why the feed ended before all was placed. By then the mount's pending reads have failed.
    std::optional<Error> problem() const;
    // Sets `progress` to the bytes fetched. Errors: problem(), cancelled.
    Result<void> waitUntilComplete(Progress& progress, std::stop_token stop);

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kFetchers = 8;  // hide the round trip of a far source

    void listen(const std::stop_token& stop);
    void fetch(std::size_t fetcher, const std::stop_token& stop);
    std::optional<SegmentQueue::Pick> nextPick(std::size_t fetcher, const std::stop_token& stop);
    Result<void> bring(const SegmentQueue::Pick& pick, const std::stop_token& stop);
    bool waitForTurn(const SegmentQueue::Pick& pick, const std::stop_token& stop);
    Result<void> decodeAndPlace(const SegmentQueue::Pick& pick, ByteView stored);
    void finished(std::size_t fetcher, const SegmentQueue::Pick& pick);
    void complete();
    bool isStalled() const;
    std::uint64_t window() const;
    void fail(const Error& error);

    OverlayReader m_overlay;
    BaseImages m_base;
    Mount* m_mount;
    Options m_options;
    Stopwatch m_began;
    std::uint64_t m_totalBytes = 0;
    std::size_t m_segments = 0;

    mutable std::mutex m_mutex;  // guards the members down to m_stop
    std::condition_variable_any m_changed;
    SegmentQueue m_queue;
    std::array<std::optional<Clock::time_point>, kFetchers> m_fetchBegan;  // while one is fetched
    std::uint64_t m_fetchedBytes = 0;
    std::size_t m_demanded = 0;
    std::size_t m_inFlight = 0;
    Clock::time_point m_busySince{};  // if m_inFlight > 0
    Clock::duration m_busy{};         // with anything in flight
    double m_completeSeconds = 0;
    std::optional<Error> m_problem;
    bool m_givesWay = false;
    bool m_hasTurn = false;            // somebody decodes what nobody waits for
    Clock::time_point m_restsUntil{};  // then it is the next one's turn

    std::stop_source m_stop;
    std::vector<std::jthread> m_threads;  // last: they use everything above
};

}  // namespace cloudlet
