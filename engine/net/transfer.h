// What of a pushed file has arrived, what is on its way and what to ask for next: the receiver's
// bookkeeping, which outlives connections. No sockets, threads or clock: time is handed in. Not
// synchronised.
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <vector>

#include "engine/net/message.h"

namespace cloudlet::push {

using Time = std::chrono::steady_clock::time_point;

class Transfer {
public:
    static constexpr std::uint64_t kLeastWindow = 1 << 20;
    static constexpr std::uint64_t kMostWindow = 8 << 20;

    // REQUIRES: 0 < size <= kMostFileBytes. Takes a byte of memory for each piece.
    explicit Transfer(std::uint64_t size);

    std::uint64_t size() const { return m_size; }
    PieceRange piecesOf(std::uint64_t offset, std::uint64_t length) const;
    bool has(PieceRange range) const;
    bool isComplete() const { return m_arrivedBytes == m_size; }
    std::uint64_t arrivedBytes() const { return m_arrivedBytes; }
    std::uint64_t window() const { return m_window; }
    // Bytes that came unasked or twice.
    std::uint64_t wastedBytes() const { return m_wastedBytes; }

    // Somebody waits for these. REQUIRES: within the file.
    void request(PieceRange range, Urgency urgency);
    // What to ask the sender for now; it then counts as on its way. What nobody has requested is
    // asked for in the order of the file, as far as the window allows.
    std::optional<Want> nextWant(Time now);

    // Which of these pieces are to be stored. Errors: corrupt, if they do not fit the file.
    Result<std::vector<PieceRange>> fresh(const Pieces& pieces);
    // They are stored. REQUIRES: came from fresh().
    void arrived(PieceRange range, Time now);

    // They are not what they should be, and missing again. REQUIRES: within the file.
    void forget(PieceRange range);

    // The connection is gone, and what was on its way with it.
    void cut();
    // Since when something is on its way and nothing arrives.
    std::optional<Time> waitingSince() const;

private:
    // Of a piece: how urgently it is wanted, or one of these.
    static constexpr std::uint8_t kMissing = 3;
    static constexpr std::uint8_t kArrived = 4;
    static constexpr std::uint32_t kMostWanted = 64;  // pieces of one want

    std::uint32_t pieces() const { return static_cast<std::uint32_t>(m_pieces.size()); }
    std::uint64_t bytesOf(PieceRange range) const;
    std::optional<Want> take(PieceRange& range, Urgency urgency, Time now);
    void measure(PieceRange range, Time now);

    std::uint64_t m_size;
    std::vector<std::uint8_t> m_pieces;
    std::array<std::deque<PieceRange>, 2> m_requests;  // by urgency
    std::uint32_t m_ahead = 0;                         // no piece before it is missing
    std::uint64_t m_arrivedBytes = 0;
    std::uint64_t m_wantedBytes = 0;
    std::uint64_t m_wastedBytes = 0;
    Time m_lastProgress{};

    // The round trip is the shortest time from a want to its piece, the window twice what arrived
    // within the best of the last round trips, or of 5 ms where they are shorter.
    std::uint64_t m_window = kLeastWindow;
    std::optional<std::pair<std::uint32_t, Time>> m_probe;
    std::chrono::nanoseconds m_roundTrip{0};  // 0: not known yet
    Time m_periodBegan{};
    std::uint64_t m_periodBytes = 0;
};

}  // namespace cloudlet::push
