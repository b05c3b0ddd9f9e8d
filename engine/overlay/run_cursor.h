// Walks a list of chunk numbers or of runs inside the table of an overlay without unpacking it,
// so that a list of any length costs no memory. Any thread, one cursor each.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/image/chunk.h"

namespace cloudlet {

// Chunks [first, first + length) of an image.
struct ChunkRun {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    std::uint64_t end() const { return first + length; }
    bool operator==(const ChunkRun&) const = default;
};

class RunCursor {
public:
    enum class Coding : std::uint8_t {
        numbers,  // ascending numbers; neighbours are joined into runs
        runs,     // distance, length - 1
    };

    // Reads `count` items from the start of `list`; every number must be under `limit`.
    RunCursor(ByteView list, std::uint64_t count, Coding coding, std::uint64_t limit)
        : m_reader(list), m_left(count), m_limit(limit), m_coding(coding) {}

    // The next run; nullopt at the end of the list, or at an item that is malformed or leaves
    // the limit: then ok() is false.
    std::optional<ChunkRun> next();
    bool ok() const { return m_ok; }
    // Bytes read so far. At the end of the list: its length.
    std::size_t position() const { return m_reader.position(); }

private:
    std::optional<ChunkRun> nextItem();

    ByteReader m_reader;
    std::uint64_t m_left = 0;
    std::uint64_t m_limit = 0;
    std::uint64_t m_next = 0;           // the least number the next item can have
    std::optional<ChunkRun> m_pending;  // read, but not yet returned
    Coding m_coding = Coding::numbers;
    bool m_first = true;
    bool m_ok = true;
};

// Errors: corrupt, naming a chunk that two of the lists hold. Memory: one cursor per list.
Result<void> checkDisjoint(std::vector<RunCursor> lists, ImageKind image);

}  // namespace cloudlet
