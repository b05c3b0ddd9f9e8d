#include "engine/jobs/overlay_feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

// How long what nobody waits for may keep the link busy before a demanded segment gets it: about
// a round trip, which is also what it takes to keep a far link full.
constexpr double kBackgroundSeconds = 0.04;
// As much at least, before the rate is known too: eight segments of the start set, which the guest
// will want at once, or half of one of the others.
constexpr std::uint64_t kLeastWindow = 128 << 10;
constexpr auto kListenLimit = 100ms;
// While a VM starts, a quarter of one processor decodes what nobody waits for: that keeps up with
// some 100 Mbit/s, and the rest is libvirt's, QEMU's and the file system's.
constexpr int kRestsPerWork = 3;

}  // namespace

ChunkSet chunksOf(const OverlayReader& overlay, ImageKind image) {
    ChunkSet chunks(chunkCount(overlay.manifest().sizeOf(image)));
    for (std::size_t index = 0; index < overlay.segmentCount(); ++index) {
        for (const Entry& entry : overlay.segment(index).entries) {
            if (entry.chunk.image == image) chunks.insert(entry.chunk.index);
        }
    }
    RunCursor zeros = overlay.zeroRuns(image);
    while (const std::optional<ChunkRun> run = zeros.next()) {
        for (std::uint64_t index = run->first; index < run->end(); ++index) chunks.insert(index);
    }
    return chunks;
}

Result<void> placeZeros(const OverlayReader& overlay, Mount& mount) {
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        RunCursor zeros = overlay.zeroRuns(image);
        while (const std::optional<ChunkRun> run = zeros.next()) {
            TRY(mount.placeZero(image, run->first, run->end() - run->first));
        }
    }
    return {};
}

OverlayFeed::OverlayFeed(OverlayReader overlay, BaseImages base, Mount& mount, Options options)
    : m_overlay(std::move(overlay)),
      m_base(std::move(base)),
      m_mount(&mount),
      m_options(options),
      m_queue(m_overlay),
      m_givesWay(options.giveWay) {
    for (std::size_t index = 0; index < m_overlay.segmentCount(); ++index) {
        const Segment segment = m_overlay.segment(index);
        if (segment.kind == SegmentKind::state) continue;
        m_totalBytes += segment.stored.length;
        ++m_segments;
    }
    const std::stop_token stop = m_stop.get_token();
    m_threads.emplace_back([this, stop] { listen(stop); });
    for (std::size_t i = 0; i < kFetchers; ++i) {
        m_threads.emplace_back([this, i, stop] { fetch(i, stop); });
    }
}

OverlayFeed::~OverlayFeed() {
    m_stop.request_stop();
    m_changed.notify_all();
    if (status().completeSeconds == 0) m_overlay.interruptSource();
}

void OverlayFeed::guestRuns() {
    {
        const std::lock_guard lock(m_mutex);
        m_givesWay = false;
    }
    m_changed.notify_all();
}

FeedStatus OverlayFeed::status() const {
    const std::lock_guard lock(m_mutex);
    return {m_segments,     m_queue.finishedSegments(), m_demanded, m_totalBytes,
            m_fetchedBytes, m_completeSeconds};
}

std::optional<Error> OverlayFeed::problem() const {
    const std::lock_guard lock(m_mutex);
    return m_problem;
}

Result<void> OverlayFeed::waitUntilComplete(Progress& progress, std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    while (m_completeSeconds == 0 && !m_problem) {
        progress.setDone(m_fetchedBytes);
        m_changed.wait_for(lock, stop, 50ms, [this] { return m_completeSeconds > 0 || m_problem; });
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    }
    progress.setDone(m_fetchedBytes);
    if (m_problem) return *m_problem;
    return {};
}

// Hears what the guest waits for, and watches over the fetchers.
void OverlayFeed::listen(const std::stop_token& stop) {
    if (m_segments == 0) return complete();
    while (!stop.stop_requested()) {
        Result<std::vector<ChunkRef>> demands = m_mount->demands(kListenLimit, stop);
        if (stop.stop_requested()) return;
        if (!demands) return fail(demands.error());
        std::unique_lock lock(m_mutex);
        if (m_completeSeconds > 0 || m_problem) return;
        for (const ChunkRef& chunk : *demands) {
            if (m_queue.demand(chunk)) m_changed.notify_all();
        }
        if (!isStalled()) continue;
        lock.unlock();
        return fail({ErrorCode::timedOut,
                     fmt::format("{} has sent nothing for {} s: the overlay cannot be completed",
                                 m_overlay.name(),
                                 std::chrono::duration<double>(m_options.stall).count())});
    }
}

bool OverlayFeed::isStalled() const {
    const Clock::time_point now = Clock::now();
    return std::any_of(m_fetchBegan.begin(), m_fetchBegan.end(),
                       [&](const auto& began) { return began && now - *began > m_options.stall; });
}

// By the rate so far.
std::uint64_t OverlayFeed::window() const {
    std::chrono::duration<double> busy = m_busy;
    if (m_inFlight > 0) busy += Clock::now() - m_busySince;
    if (busy.count() <= 0) return kLeastWindow;
    const double rate = static_cast<double>(m_fetchedBytes) / busy.count();
    return std::max(kLeastWindow, static_cast<std::uint64_t>(rate * kBackgroundSeconds));
}

std::optional<SegmentQueue::Pick> OverlayFeed::nextPick(std::size_t fetcher,
                                                        const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    std::optional<SegmentQueue::Pick> pick;
    m_changed.wait(lock, stop, [&] {
        if (m_problem || m_queue.isComplete()) return true;
        pick = m_queue.take(window());
        return pick.has_value();
    });
    if (!pick) return std::nullopt;
    m_fetchBegan[fetcher] = Clock::now();
    if (m_inFlight++ == 0) m_busySince = *m_fetchBegan[fetcher];
    if (pick->demanded) ++m_demanded;
    return pick;
}

void OverlayFeed::fetch(std::size_t fetcher, const std::stop_token& stop) {
    while (const std::optional<SegmentQueue::Pick> pick = nextPick(fetcher, stop)) {
        if (const Result<void> brought = bring(*pick, stop); !brought) {
            if (!stop.stop_requested()) fail(brought.error());
            return;
        }
        finished(fetcher, *pick);
    }
}

Result<void> OverlayFeed::bring(const SegmentQueue::Pick& pick, const std::stop_token& stop) {
    if (pick.demanded) m_overlay.hurry(pick.segment);
    const Bytes stored = TRY(m_overlay.fetchSegment(pick.segment));
    const bool hadTurn = waitForTurn(pick, stop);
    const Clock::time_point began = Clock::now();
    Result<void> placed = decodeAndPlace(pick, stored);
    if (hadTurn) {
        {
            const std::lock_guard lock(m_mutex);
            m_hasTurn = false;
            m_restsUntil = Clock::now() + kRestsPerWork * (Clock::now() - began);
        }
        m_changed.notify_all();
    }
    return placed;
}

// While the VM starts, what nobody waits for is decoded one after the other, with rests between,
// but not the start set: it is small, and what the guest wants first. True: others wait until then.
bool OverlayFeed::waitForTurn(const SegmentQueue::Pick& pick, const std::stop_token& stop) {
    const std::optional<StartSet>& set = m_overlay.manifest().startSet;
    if (set && pick.segment >= set->firstSegment &&
        pick.segment - set->firstSegment < set->segments) {
        return false;
    }
    std::unique_lock lock(m_mutex);
    const auto isNow = [&] { return !m_givesWay || m_problem || m_queue.isDemanded(pick); };
    while (!isNow() && !stop.stop_requested()) {
        if (m_hasTurn) {
            m_changed.wait(lock, stop, [&] { return isNow() || !m_hasTurn; });
        } else if (Clock::now() < m_restsUntil) {
            m_changed.wait_until(lock, stop, m_restsUntil, [&] { return isNow() || m_hasTurn; });
        } else {
            m_hasTurn = true;
            return true;
        }
    }
    return false;
}

Result<void> OverlayFeed::decodeAndPlace(const SegmentQueue::Pick& pick, ByteView stored) {
    const DecodedSegment decoded = TRY(m_overlay.decode(pick.segment, stored, m_base));
    const std::span<const Entry> entries(decoded.segment.entries);
    for (std::size_t at = 0; at < entries.size();) {
        const std::size_t count = runLength(entries, at);
        const ByteView bytes = ByteView(decoded.content)
                                   .subspan(std::size_t{entries[at].position} * kChunkSize)
                                   .first(count * kChunkSize);
        TRY(m_mount->place(entries[at].chunk.image, entries[at].chunk.index, bytes));
        at += count;
    }
    return {};
}

void OverlayFeed::finished(std::size_t fetcher, const SegmentQueue::Pick& pick) {
    bool last = false;
    {
        const std::lock_guard lock(m_mutex);
        m_fetchBegan[fetcher].reset();
        if (--m_inFlight == 0) m_busy += Clock::now() - m_busySince;
        m_fetchedBytes += pick.stored;
        m_queue.finish(pick);
        last = m_queue.isComplete();
    }
    if (last) return complete();
    m_changed.notify_all();
}

void OverlayFeed::complete() {
    if (const Result<void> told = m_mount->allPlaced(m_stop.get_token()); !told)
        return fail(told.error());
    {
        const std::lock_guard lock(m_mutex);
        m_completeSeconds = std::max(m_began.seconds(), 1e-9);
    }
    m_changed.notify_all();
}

void OverlayFeed::fail(const Error& error) {
    {
        const std::lock_guard lock(m_mutex);
        if (!m_problem) m_problem = error;
    }
    m_mount->fail();
    m_overlay.interruptSource();
    m_changed.notify_all();
}

}  // namespace cloudlet
