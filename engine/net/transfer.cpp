#include "engine/net/transfer.h"

#include <algorithm>

#include "engine/base/check.h"

namespace cloudlet::push {

namespace {

// Shorter ones measure the scheduler, and a window for less runs dry while either side's thread is
// not scheduled.
constexpr std::chrono::nanoseconds kLeastPeriod = std::chrono::milliseconds(5);

}  // namespace

Transfer::Transfer(std::uint64_t size) : m_size(size), m_pieces(pieceCount(size), kMissing) {
    CHECK(size > 0 && size <= kMostFileBytes);
}

PieceRange Transfer::piecesOf(std::uint64_t offset, std::uint64_t length) const {
    CHECK(length > 0 && offset < m_size && length <= m_size - offset);
    const std::uint64_t first = offset / kPieceSize;
    const std::uint64_t last = (offset + length - 1) / kPieceSize;
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last - first + 1)};
}

std::uint64_t Transfer::bytesOf(PieceRange range) const {
    return std::min(m_size, range.end() * kPieceSize) - std::uint64_t{range.first} * kPieceSize;
}

bool Transfer::has(PieceRange range) const {
    const auto first = m_pieces.begin() + range.first;
    return std::all_of(first, first + range.count, [](auto piece) { return piece == kArrived; });
}

void Transfer::request(PieceRange range, Urgency urgency) {
    CHECK(urgency != Urgency::ahead && range.end() <= m_pieces.size());
    m_requests[static_cast<std::size_t>(urgency)].push_back(range);
}

// Asks for the first pieces of `range` that are not asked for as urgently yet, and shortens it.
std::optional<Want> Transfer::take(PieceRange& range, Urgency urgency, Time now) {
    const auto level = static_cast<std::uint8_t>(urgency);
    const auto isToAsk = [&](std::uint32_t piece) {
        return m_pieces[piece] <= kMissing && m_pieces[piece] > level;
    };
    std::uint32_t first = range.first;
    while (first < range.end() && !isToAsk(first)) ++first;
    std::uint64_t newBytes = 0;
    std::uint32_t end = first;
    while (end < range.end() && end - first < kMostWanted && isToAsk(end)) {
        if (m_pieces[end] == kMissing) {
            if (urgency != Urgency::guestWaits && m_wantedBytes + newBytes >= m_window) break;
            newBytes += bytesOf({end, 1});
        }
        m_pieces[end++] = level;
    }
    range = {first, static_cast<std::uint32_t>(range.end() - first)};
    if (end == first) return std::nullopt;
    range = {end, static_cast<std::uint32_t>(range.end() - end)};
    if (m_wantedBytes == 0) m_lastProgress = now;
    m_wantedBytes += newBytes;
    if (!m_probe && newBytes > 0) m_probe = {first, now};
    return Want{urgency, {first, end - first}};
}

std::optional<Want> Transfer::nextWant(Time now) {
    for (const Urgency urgency : {Urgency::guestWaits, Urgency::readerWaits}) {
        auto& requests = m_requests[static_cast<std::size_t>(urgency)];
        while (!requests.empty()) {
            const std::optional<Want> want = take(requests.front(), urgency, now);
            if (requests.front().count == 0) requests.pop_front();
            if (want) return want;
            if (!requests.empty() && m_wantedBytes >= m_window) break;  // there is no room
        }
    }
    while (m_ahead < pieces() && m_pieces[m_ahead] != kMissing) ++m_ahead;
    // Not for every message that arrives a want of its own: each wakes the other side.
    if (m_ahead == pieces() || m_wantedBytes + m_window / 4 > m_window) return std::nullopt;
    PieceRange rest{m_ahead, pieces() - m_ahead};
    return take(rest, Urgency::ahead, now);
}

Result<std::vector<PieceRange>> Transfer::fresh(const Pieces& got) {
    const std::uint64_t offset = std::uint64_t{got.first} * kPieceSize;
    if (got.bytes.empty() || offset >= m_size || got.bytes.size() > m_size - offset ||
        (got.bytes.size() % kPieceSize != 0 && offset + got.bytes.size() != m_size)) {
        return Error{ErrorCode::corrupt, "the peer sends pieces that its file does not have"};
    }
    std::vector<PieceRange> runs;
    const PieceRange all = piecesOf(offset, got.bytes.size());
    for (std::uint32_t piece = all.first; piece < all.end(); ++piece) {
        if (m_pieces[piece] >= kMissing) {  // unasked, or here already
            m_wastedBytes += bytesOf({piece, 1});
        } else if (!runs.empty() && runs.back().end() == piece) {
            ++runs.back().count;
        } else {
            runs.push_back({piece, 1});
        }
    }
    return runs;
}

void Transfer::arrived(PieceRange range, Time now) {
    // Cut meanwhile, they may be missing again.
    for (std::uint32_t piece = range.first; piece < range.end(); ++piece) {
        if (m_pieces[piece] == kArrived) continue;
        const std::uint64_t bytes = bytesOf({piece, 1});
        if (m_pieces[piece] < kMissing) m_wantedBytes -= bytes;
        m_pieces[piece] = kArrived;
        m_arrivedBytes += bytes;
        m_periodBytes += bytes;
    }
    m_lastProgress = now;
    measure(range, now);
}

void Transfer::measure(PieceRange range, Time now) {
    if (m_probe && m_probe->first >= range.first && m_probe->first < range.end()) {
        const std::chrono::nanoseconds took = now - m_probe->second;
        if (m_roundTrip.count() == 0 || took < m_roundTrip) m_roundTrip = took;
        m_probe.reset();
    }
    if (m_roundTrip.count() == 0) return;
    if (m_periodBegan == Time{}) m_periodBegan = now;
    const std::chrono::nanoseconds period = now - m_periodBegan;
    const std::chrono::nanoseconds roundTrip = std::max(m_roundTrip, kLeastPeriod);
    if (period < roundTrip) return;
    const double inRoundTrip = static_cast<double>(m_periodBytes) *
                               static_cast<double>(roundTrip.count()) /
                               static_cast<double>(period.count());
    const auto twice = static_cast<std::uint64_t>(2 * inRoundTrip);
    // Up at once; down slowly, as a short pause is no slower link.
    m_window = std::clamp(std::max(twice, m_window - m_window / 16), kLeastWindow, kMostWindow);
    m_periodBegan = now;
    m_periodBytes = 0;
}

void Transfer::forget(PieceRange range) {
    for (std::uint32_t piece = range.first; piece < range.end(); ++piece) {
        if (m_pieces[piece] != kArrived) continue;
        m_pieces[piece] = kMissing;
        m_arrivedBytes -= bytesOf({piece, 1});
    }
    m_ahead = std::min(m_ahead, range.first);
}

void Transfer::cut() {
    for (std::uint8_t& piece : m_pieces) {
        if (piece < kMissing) piece = kMissing;
    }
    m_wantedBytes = 0;
    m_ahead = 0;
    m_probe.reset();
    m_roundTrip = {};
    m_periodBegan = {};
    m_periodBytes = 0;
}

std::optional<Time> Transfer::waitingSince() const {
    if (m_wantedBytes == 0) return std::nullopt;
    return m_lastProgress;
}

}  // namespace cloudlet::push
