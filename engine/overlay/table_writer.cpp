#include "engine/overlay/table_writer.h"

#include <algorithm>

namespace cloudlet {

namespace {

std::uint64_t zigzag(std::uint64_t difference) {
    return (difference << 1) ^ (~(difference >> 63) + 1);
}

// The counterpart of the reader's: a number as its distance from the one after the previous.
class NearbyNumbers {
public:
    void write(ByteWriter& writer, std::uint64_t number) {
        writer.varint(zigzag(number - m_expected));
        m_expected = number + 1;
    }

private:
    std::uint64_t m_expected = 0;
};

}  // namespace

void TableWriter::addZeroRuns(const std::vector<ChunkRun>& runs) {
    m_writer.varint(runs.size());
    std::uint64_t least = 0;
    for (const ChunkRun& run : runs) {
        CHECK(run.first >= least && run.length > 0);
        m_writer.varint(run.first - least);
        m_writer.varint(run.length - 1);
        least = run.end() + 1;
    }
}

void TableWriter::beginSegments(std::size_t count) {
    m_writer.varint(count);
}

void TableWriter::writeChunks(Entries entries) {
    std::uint64_t least = 0;
    for (const Entry& entry : entries) {
        CHECK(entry.chunk.index >= least);
        m_writer.varint(entry.chunk.index - least);
        least = entry.chunk.index + 1;
    }
}

void TableWriter::writeDeltaFlags(Entries entries) {
    for (std::size_t at = 0; at < entries.size(); at += 8) {
        unsigned flags = 0;
        for (std::size_t i = 0; i < 8 && at + i < entries.size(); ++i) {
            if (entries[at + i].kind == Entry::Kind::delta) flags |= 1u << i;
        }
        m_writer.u8(static_cast<std::uint8_t>(flags));
    }
}

void TableWriter::writeSources(Entries entries) {
    NearbyNumbers numbers;
    for (const Entry& entry : entries) numbers.write(m_writer, m_base.place(entry.source));
}

void TableWriter::writeRepeats(Entries entries) {
    m_writer.varint(entries.size());
    writeChunks(entries);
    NearbyNumbers numbers;
    for (const Entry& entry : entries) numbers.write(m_writer, entry.position);
}

void TableWriter::add(const Segment& segment) {
    m_writer.u8(static_cast<std::uint8_t>(segment.codec));
    m_writer.u8(static_cast<std::uint8_t>(segment.kind));
    if (segment.kind != SegmentKind::state) {
        const Entries all(segment.entries);
        const Entries own = all.first(segment.chunkCount);
        const Entries repeats = all.subspan(segment.chunkCount);
        m_writer.u8(static_cast<std::uint8_t>(segment.chunkCount - 1));
        writeChunks(own);
        if (compresses(segment.codec)) writeDeltaFlags(own);
        if (segment.codec == Codec::copy) {
            writeSources(own);
        } else {
            const auto memory = std::find_if(repeats.begin(), repeats.end(), [](const Entry& e) {
                return e.chunk.image == ImageKind::memory;
            });
            writeRepeats({repeats.begin(), memory});
            writeRepeats({memory, repeats.end()});
        }
    }
    if (compresses(segment.codec)) m_writer.varint(segment.stored.length);
    if (segment.codec != Codec::copy) m_writer.u64(segment.checksum);
    m_writer.append(segment.contentHash.bytes);
}

}  // namespace cloudlet
