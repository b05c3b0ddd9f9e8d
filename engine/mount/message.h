// The messages between engine and cloudletfs, as bytes and as values (CHANNEL.md). Parsing checks
// everything that a message alone can tell; whether a chunk lies in its image is its reader's to
// ask. Any thread.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/image/chunk.h"
#include "engine/mount/mount_statistics.h"

namespace cloudlet::mountChannel {

inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::size_t kMostPlaced = 32;       // chunks of one message
inline constexpr std::size_t kMostPacket = 132'096;  // 32 chunks and 1 KiB; fits a socket's buffer
inline constexpr std::size_t kMostBitBytes = 1 << 17;  // of one message: a million chunks
inline constexpr std::size_t kMostEntries = 4096;      // of one demand or touches message

// Chunks [first, first + count) of an image.
struct ChunkRange {
    ImageKind image = ImageKind::disk;
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    bool operator==(const ChunkRange&) const = default;
};

struct SetUp {
    std::uint32_t version = kVersion;
    std::uint64_t diskChunks = 0;
    std::uint64_t memoryChunks = 0;
    std::uint32_t maxReadahead = 0;
    std::uint32_t readDeadlineMs = 0;
    bool recordTouches = false;
    std::string folder;
    std::string diskBase;
    std::string memoryBase;

    bool operator==(const SetUp&) const = default;
};

enum class BitSet : std::uint8_t { pending = 0, modified = 1, zeroed = 2, placed = 3 };

struct Bits {
    BitSet set = BitSet::pending;
    ImageKind image = ImageKind::disk;
    std::uint64_t first = 0;  // a multiple of 8
    ByteView bytes;           // belongs to the packet
};

struct Start {};
struct Attach {};
struct Place {
    ImageKind image = ImageKind::disk;
    std::uint64_t first = 0;
    ByteView bytes;  // whole chunks; belongs to the packet
};
struct PlaceZero {
    ChunkRange range;
};
struct AllPlaced {};
struct GetChanges {
    ImageKind image = ImageKind::disk;
};
struct GetTouches {};
struct GetStatistics {};
struct Fail {};
struct ShutDown {};

struct Ready {
    std::uint64_t diskChunks = 0;
    std::uint64_t memoryChunks = 0;
};
struct Failed {
    Error error;
};
struct Done {};
struct Alive {
    std::uint32_t pid = 0;  // of cloudletfs
};
struct Demand {
    std::vector<ChunkRange> ranges;
};
struct Touches {
    std::vector<ChunkRef> chunks;
};
struct Statistics {
    MountStatistics values;
};

using Body = std::variant<SetUp, Bits, Start, Attach, Place, PlaceZero, AllPlaced, GetChanges,
                          GetTouches, GetStatistics, Fail, ShutDown, Ready, Failed, Done, Alive,
                          Demand, Touches, Statistics>;

struct Message {
    std::uint32_t tag = 0;
    Body body;
};

// REQUIRES: within the limits above; an error's text is cut to fit.
Bytes toPacket(const Message& message);
// The views of the result point into `packet`. Errors: corrupt.
Result<Message> parsePacket(ByteView packet);

}  // namespace cloudlet::mountChannel
