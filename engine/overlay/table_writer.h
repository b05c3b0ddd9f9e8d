// Writes the table of an overlay (FORMAT.md, "Table"). One thread.
#pragma once

#include <vector>

#include "engine/base/bytes.h"
#include "engine/overlay/run_cursor.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

class TableWriter {
public:
    explicit TableWriter(BaseRow base) : m_base(base) {}

    // First the runs of the disk, then those of the memory. REQUIRES: ascending, not touching.
    void addZeroRuns(const std::vector<ChunkRun>& runs);
    // Then how many segments follow, then each of them.
    void beginSegments(std::size_t count);
    // REQUIRES: entries in the order that Segment describes.
    void add(const Segment& segment);
    std::size_t size() const { return m_writer.bytes().size(); }
    Bytes finish() { return m_writer.take(); }

private:
    using Entries = std::span<const Entry>;

    void writeChunks(Entries entries);
    void writeDeltaFlags(Entries entries);
    void writeSources(Entries entries);
    void writeRepeats(Entries entries);

    ByteWriter m_writer;
    BaseRow m_base;
};

}  // namespace cloudlet
