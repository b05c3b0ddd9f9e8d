// Overlays whose hashes are right and whose content is not, built record by record.
#pragma once

#include "engine/overlay/codec.h"
#include "engine/overlay/header.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/table.h"
#include "tests/overlay/letter_images.h"

namespace cloudlet::test {

// A table as its writer would never write it: lists first, then what goes into them.
class RawTable {
public:
    RawTable& zeroRuns(std::vector<std::uint64_t> numbers, std::uint64_t count) {
        m_writer.varint(count);
        for (const std::uint64_t number : numbers) m_writer.varint(number);
        return *this;
    }
    RawTable& noZeroRuns() { return zeroRuns({}, 0).zeroRuns({}, 0); }
    RawTable& segments(std::uint64_t count) {
        m_writer.varint(count);
        return *this;
    }
    RawTable& varints(const std::vector<std::uint64_t>& numbers) {
        for (const std::uint64_t number : numbers) m_writer.varint(number);
        return *this;
    }
    RawTable& bytes(const std::vector<std::uint8_t>& numbers) {
        for (const std::uint8_t number : numbers) m_writer.u8(number);
        return *this;
    }
    RawTable& hash(const Hash& hash) {
        m_writer.append(hash.bytes);
        return *this;
    }
    RawTable& checksum(std::uint64_t value) {
        m_writer.u64(value);
        return *this;
    }
    // The end of a record of codec 2 whose bytes and content fit.
    RawTable& zstdTail(ByteView stored, ByteView plain) {
        m_writer.varint(stored.size());
        return checksum(checksum64(stored)).hash(sha256(plain));
    }
    // The same of codec 1.
    RawTable& storedTail(ByteView plain) { return checksum(checksum64(plain)).hash(sha256(plain)); }

    Bytes plain() const { return m_writer.bytes(); }

private:
    ByteWriter m_writer;
};

struct HostileParts {
    Manifest manifest;
    Bytes plainTable;
    Bytes storedTable;                   // empty: a frame of plainTable
    std::uint64_t tablePlainLength = 0;  // 0: that of plainTable
    Bytes segments;
};

// Header, manifest, table and segments with right hashes. Where the table can be counted, the
// manifest tells its composition.
inline Bytes wrap(HostileParts parts) {
    if (parts.storedTable.empty()) parts.storedTable = compressFrame(parts.plainTable, {}, 3);
    if (parts.tablePlainLength == 0) parts.tablePlainLength = parts.plainTable.size();
    const Result<SegmentTable> table =
        SegmentTable::parse(parts.plainTable, TableBounds::of(parts.manifest), 0);
    if (table) {
        parts.manifest.composition = table->tally().images;
        if (parts.manifest.state) {
            parts.manifest.state->storedBytes = table->tally().storedState;
        }
    }
    parts.manifest.tableHash = sha256(parts.storedTable);
    const std::string text = parts.manifest.serialize();
    OverlayHeader header;
    header.manifestLength = text.size();
    header.tableStored = parts.storedTable.size();
    header.tablePlain = parts.tablePlainLength;
    header.manifestHash = sha256(asBytes(text));
    header.fileLength = header.payloadOffset() + parts.segments.size();
    ByteWriter file;
    file.append(header.serialize());
    file.append(asBytes(text));
    file.append(parts.storedTable);
    file.append(parts.segments);
    return file.take();
}

// A manifest for `base` and images of as many chunks.
inline Manifest manifestFor(const BaseImages& base, std::uint64_t diskChunks,
                            std::uint64_t memoryChunks) {
    Manifest manifest;
    manifest.base = base.description();
    manifest.diskSize = diskChunks * kChunkSize;
    manifest.memorySize = memoryChunks * kChunkSize;
    manifest.creator = "hostile";
    return manifest;
}

}  // namespace cloudlet::test
