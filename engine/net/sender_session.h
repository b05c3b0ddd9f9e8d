// The client's side of one connection of a push: what to say, which pieces to send next, what the
// server may say when (PROTOCOL.md). No sockets, threads or clock; the bytes of pieces are its
// owner's to read. Not synchronised.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "engine/image/chunk_set.h"
#include "engine/net/message.h"

namespace cloudlet::push {

// How much of a residue has come, over all connections.
struct ResidueProgress {
    bool wanted = false;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> size;  // as its parts say

    bool isOwed() const { return wanted && bytes != size; }
};

class SenderSession {
public:
    enum class Stage { offered, greeted, accepted, finishing, closed };
    static constexpr std::size_t kMostWants = 1 << 16;  // that wait to be answered

    // `head` is that of an overlay. `residue` is what earlier connections have brought of it.
    SenderSession(const Offer& offer, ByteView head, const std::string& program,
                  ResidueProgress residue = {});

    Stage stage() const { return m_stage; }
    // A message, if it may come now, for the owner to act on; wants are done with.
    // Errors: corrupt, unsupported.
    Result<Message> receive(ByteView bytes);
    // REQUIRES: accepted.
    void finish(Then then);
    const ResidueProgress& residue() const { return m_residue; }

    // What to send before any piece.
    std::optional<Bytes> nextMessage();
    // Which pieces to send now: the most urgent. They count as sent.
    std::optional<PieceRange> nextPieces();

private:
    Result<void> add(const Want& want);
    Result<void> add(const Again& again);
    Result<void> add(const Residue& part);
    bool mayCome(const Message& message) const;

    Stage m_stage = Stage::offered;
    std::deque<Bytes> m_messages;
    ChunkSet m_sent;                                // pieces; none goes twice unasked
    std::array<std::deque<PieceRange>, 3> m_wants;  // by urgency
    ResidueProgress m_residue;
};

}  // namespace cloudlet::push
