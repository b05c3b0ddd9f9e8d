#include "engine/overlay/record.h"

#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

Error damaged(const char* what) {
    return {ErrorCode::corrupt, what};
}

std::uint64_t unzigzag(std::uint64_t value) {
    return (value >> 1) ^ (~(value & 1) + 1);
}

// A number coded as its distance from the one after the previous. Wraps round: the caller checks
// the range of what comes out.
class NearbyNumbers {
public:
    std::uint64_t read(ByteReader& reader) {
        m_expected += unzigzag(reader.varint());
        return m_expected++;
    }

private:
    std::uint64_t m_expected = 0;
};

// Appends `count` chunks of `image` to the entries.
Result<RecordLists::List> readChunks(ByteReader& reader, ImageKind image, std::uint32_t count,
                                     std::uint64_t limit, std::vector<Entry>& entries) {
    const RecordLists::List list{static_cast<std::uint32_t>(reader.position()), count};
    std::uint64_t least = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t distance = reader.varint();
        if (!reader.ok() || least >= limit || distance >= limit - least) {
            return damaged("a chunk of it lies outside its image");
        }
        Entry entry;
        entry.chunk = {image, least + distance};
        entry.position = i;
        entries.push_back(entry);
        least += distance + 1;
    }
    return list;
}

Result<void> readDeltaFlags(ByteReader& reader, std::uint64_t baseChunks, Segment& segment) {
    const ByteView flags = reader.take((segment.chunkCount + 7) / 8);
    if (!reader.ok()) return damaged("its record is cut");
    for (std::uint32_t i = 0; i < 8 * flags.size(); ++i) {
        if ((std::to_integer<unsigned>(flags[i / 8]) >> (i % 8) & 1) == 0) continue;
        if (i >= segment.chunkCount) return damaged("a spare bit of its delta flags is set");
        if (segment.entries[i].chunk.index >= baseChunks) {
            return damaged("a delta of it lies past the end of the base");
        }
        segment.entries[i].kind = Entry::Kind::delta;
    }
    return {};
}

Result<void> readSources(ByteReader& reader, const BaseRow& base, Segment& segment) {
    NearbyNumbers numbers;
    for (Entry& entry : segment.entries) {
        const std::uint64_t place = numbers.read(reader);
        if (!reader.ok() || place >= base.size()) {
            return damaged("a copy of it comes from outside the base");
        }
        entry.kind = Entry::Kind::copy;
        entry.source = base.at(place);
    }
    return {};
}

Result<RecordLists::List> readRepeats(ByteReader& reader, ImageKind image, std::uint64_t limit,
                                      Segment& segment) {
    const std::size_t before = segment.entries.size();
    const std::uint64_t count = reader.varint();
    // Each takes two bytes at least, which bounds the memory by the table.
    if (!reader.ok() || count > kMostRepeats || count > reader.remaining() / 2 ||
        before - segment.chunkCount + count > kMostRepeats) {
        return damaged("it repeats too many chunks");
    }
    const RecordLists::List list =
        TRY(readChunks(reader, image, static_cast<std::uint32_t>(count), limit, segment.entries));
    NearbyNumbers numbers;
    for (std::size_t i = before; i < segment.entries.size(); ++i) {
        const std::uint64_t position = numbers.read(reader);
        if (!reader.ok() || position >= segment.chunkCount) {
            return damaged("a repeat of it names no chunk of the segment");
        }
        segment.entries[i].kind = Entry::Kind::repeat;
        segment.entries[i].position = static_cast<std::uint32_t>(position);
    }
    return list;
}

Result<void> readCodecAndKind(ByteReader& reader, Segment& segment) {
    const std::uint8_t codec = reader.u8();
    const std::uint8_t kind = reader.u8();
    if (!reader.ok()) return damaged("its record is cut");
    if (codec < 1 || codec > 5) {
        return Error{ErrorCode::unsupported, "it uses codec " + std::to_string(codec) +
                                                 ", which this version does not have: update "
                                                 "Cloudlet Studio"};
    }
    segment.codec = static_cast<Codec>(codec);
    segment.kind = static_cast<SegmentKind>(kind);
    if (kind > 2) return damaged("it is of no known kind");
    if (segment.kind == SegmentKind::state && segment.codec == Codec::copy) {
        return damaged("it copies a device state");
    }
    return {};
}

Result<RecordLists> readEntries(ByteReader& reader, const TableBounds& bounds, Segment& segment) {
    RecordLists lists;
    const ImageKind image = imageKind(segment.kind);
    segment.chunkCount = std::uint32_t{reader.u8()} + 1;
    segment.plainBytes = segment.chunkCount * kChunkSize;
    lists.chunks =
        TRY(readChunks(reader, image, segment.chunkCount, bounds.target(image), segment.entries));
    if (segment.codec == Codec::copy) {
        TRY(readSources(reader, bounds.base, segment));
        return lists;
    }
    if (compresses(segment.codec)) {
        TRY(readDeltaFlags(reader, bounds.base.chunksOf(image), segment));
    }
    for (const ImageKind other : {ImageKind::disk, ImageKind::memory}) {
        lists.repeats[static_cast<std::size_t>(other)] =
            TRY(readRepeats(reader, other, bounds.target(other), segment));
    }
    return lists;
}

}  // namespace

Result<RecordLists> readRecord(ByteReader& reader, const TableBounds& bounds, Segment& segment) {
    RecordLists lists;
    segment.entries.clear();
    segment.chunkCount = 0;
    TRY(readCodecAndKind(reader, segment));
    if (segment.kind == SegmentKind::state) {
        const Extent piece = statePiece(bounds.stateBytes, segment.statePiece);
        if (piece.length == 0) return damaged("it lies past the end of the device state");
        segment.plainBytes = static_cast<std::uint32_t>(piece.length);
    } else {
        lists = TRY(readEntries(reader, bounds, segment));
    }
    segment.stored.length = 0;
    if (segment.codec == Codec::stored) segment.stored.length = segment.plainBytes;
    if (compresses(segment.codec)) {
        segment.stored.length = reader.varint();
        if (segment.stored.length == 0 || segment.stored.length >= segment.plainBytes) {
            return damaged("its stored length cannot be");
        }
    }
    segment.checksum = segment.codec == Codec::copy ? 0 : reader.u64();
    const ByteView hash = reader.take(segment.contentHash.bytes.size());
    if (!reader.ok()) return damaged("its record is cut");
    std::memcpy(segment.contentHash.bytes.data(), hash.data(), hash.size());
    return lists;
}

}  // namespace cloudlet
