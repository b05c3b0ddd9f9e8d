// The messages of a push, as bytes and as values (PROTOCOL.md). Parsing checks everything that a
// message alone can tell; whether it comes at the right time is its session's to ask. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/image/port_forward.h"

namespace cloudlet::push {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kPieceSize = 32 << 10;
inline constexpr std::size_t kMostPieces = 8;  // of one message
inline constexpr std::size_t kMostPieceBytes = kMostPieces * kPieceSize;
inline constexpr std::size_t kMostJsonBytes = 64 << 10;
inline constexpr std::size_t kMostHeadBytes = (1 << 20) + 80;
inline constexpr std::size_t kMostMessage = kMostHeadBytes + 1;
inline constexpr std::uint64_t kMostFileBytes = std::uint64_t{64} << 40;

// Pieces [first, first + count) of the file.
struct PieceRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;

    bool operator==(const PieceRange&) const = default;
    std::uint64_t end() const { return std::uint64_t{first} + count; }
};

// How many pieces a file of `size` bytes has.
constexpr std::uint32_t pieceCount(std::uint64_t size) {
    return static_cast<std::uint32_t>((size + kPieceSize - 1) / kPieceSize);
}

struct Hello {
    std::uint32_t version = kVersion;
    std::string program;
};

// `residue`: nothing is offered; what the VM of `session` has become is asked for.
enum class What : std::uint8_t { overlay, base, residue };
enum class Start : std::uint8_t { early, complete };

struct Offer {
    What what = What::overlay;
    Hash id;
    std::uint64_t size = 0;  // 0: of a residue, by a client without the session's file
    Start start = Start::early;
    std::vector<PortForward> forwards;
    std::string session;  // to go on with; empty: a new one

    bool operator==(const Offer&) const = default;
};

struct Head {
    ByteView bytes;  // belongs to the message
};

struct Accept {
    std::string session;
    std::uint64_t receivedBytes = 0;
};

struct Reject {
    Error error;
};

enum class Urgency : std::uint8_t { guestWaits = 0, readerWaits = 1, ahead = 2 };

struct Want {
    Urgency urgency = Urgency::ahead;
    PieceRange range;
};

struct Pieces {
    std::uint32_t first = 0;
    ByteView bytes;  // belongs to the message
};

enum class Phase : std::uint8_t { receiving, starting, running, complete, ended, failed };

const char* toString(Phase phase);  // as on the wire

struct State {
    Phase phase = Phase::receiving;
    std::vector<PortForward> forwards;
    std::optional<Error> error;
};

struct Statistics {
    std::uint64_t receivedBytes = 0;
    std::uint64_t totalBytes = 0;
    std::uint64_t windowBytes = 0;
    std::uint64_t demandedSegments = 0;
    std::uint64_t waits = 0;  // of the guest

    bool operator==(const Statistics&) const = default;
};

enum class Then : std::uint8_t { end, keep, residue };

struct Finish {
    Then then = Then::end;
    std::uint64_t from = 0;  // of the residue: what lies before is there already
};

struct Residue {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    ByteView bytes;  // belongs to the message
};

struct Bye {};

// The whole residue is there and kept.
struct Taken {};

// These pieces lied: the next want of them is to be answered anew.
struct Again {
    PieceRange range;
};

// In the order of their types on the wire, which count from 1.
using Message = std::variant<Hello, Offer, Head, Accept, Reject, Want, Pieces, State, Statistics,
                             Finish, Residue, Bye, Taken, Again>;

// A code by its name; one that this version does not know is a failure like any other.
ErrorCode errorCodeOf(std::string_view name);

// REQUIRES: within the limits above; an error's text is cut to fit.
Bytes toBytes(const Message& message);
// Makes `message` one of `size` bytes of pieces from `first` on, in the memory that it has, and
// returns where these bytes belong. REQUIRES: 0 < size <= kMostPieceBytes.
std::span<std::byte> layOutPieces(Bytes& message, std::uint32_t first, std::size_t size);
// The views of the result point into `bytes`. Errors: corrupt.
Result<Message> parse(ByteView bytes);

}  // namespace cloudlet::push
