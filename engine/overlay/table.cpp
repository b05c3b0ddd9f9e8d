#include "engine/overlay/table.h"

#include <algorithm>

#include "engine/overlay/limits.h"
#include "engine/overlay/record.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kPiece = kMostSegmentBytes;

Error damaged(const std::string& what) {
    return {ErrorCode::corrupt, what};
}

}  // namespace

Extent statePiece(std::uint64_t stateBytes, std::uint32_t piece) {
    const std::uint64_t begin = std::min(stateBytes, piece * kPiece);
    return {begin, std::min(kPiece, stateBytes - begin)};
}

Extent statePrefix(std::uint64_t baseStateBytes, std::uint32_t piece) {
    // One piece more on either side: a device more or less shifts all that follows.
    const std::uint64_t begin = std::min(baseStateBytes, piece == 0 ? 0 : (piece - 1) * kPiece);
    return {begin, std::min((piece + 2) * kPiece, baseStateBytes) - begin};
}

void Tally::add(const Segment& segment) {
    if (segment.kind == SegmentKind::state) {
        storedState += segment.stored.length;
        return;
    }
    of(imageKind(segment.kind)).storedBytes += segment.stored.length;
    for (const Entry& entry : segment.entries) {
        Composition& part = of(entry.chunk.image);
        switch (entry.kind) {
            case Entry::Kind::raw:
                ++part.raw;
                break;
            case Entry::Kind::delta:
                ++part.delta;
                break;
            case Entry::Kind::repeat:
                ++part.repeats;
                break;
            case Entry::Kind::copy:
                ++(entry.source.image == ImageKind::disk ? part.fromBaseDisk : part.fromBaseMemory);
                break;
        }
    }
}

TableBounds TableBounds::of(const Manifest& manifest) {
    TableBounds bounds;
    bounds.targetChunks = {chunksCovering(manifest.diskSize), chunksCovering(manifest.memorySize)};
    bounds.base = {chunksCovering(manifest.base.diskSize),
                   chunksCovering(manifest.base.memorySize)};
    bounds.stateBytes = manifest.state ? manifest.state->size : 0;
    return bounds;
}

Result<SegmentTable> SegmentTable::parse(Bytes plain, const TableBounds& bounds,
                                         std::uint64_t payloadOffset) {
    if (plain.size() > kMostTableBytes) return damaged("its table is larger than allowed");
    SegmentTable table;
    table.m_plain = std::move(plain);
    table.m_bounds = bounds;
    table.m_payloadEnd = payloadOffset;
    ByteReader reader(table.m_plain);
    TRY(table.readZeroRuns(reader, ImageKind::disk));
    TRY(table.readZeroRuns(reader, ImageKind::memory));
    ListsByImage lists;
    TRY(table.readSegments(reader, lists));
    if (!reader.atEnd()) return damaged("its table is longer than its segments need");
    TRY(table.checkOverlaps(lists));
    return table;
}

Result<void> SegmentTable::readZeroRuns(ByteReader& reader, ImageKind image) {
    ZeroList& list = m_zeroLists[static_cast<std::size_t>(image)];
    list.count = reader.varint();
    list.offset = static_cast<std::uint32_t>(reader.position());
    RunCursor cursor = zeroRuns(image);
    Composition& part = m_tally.of(image);
    while (const std::optional<ChunkRun> run = cursor.next()) part.zero += run->length;
    if (!reader.ok() || !cursor.ok()) {
        return damaged("a run of zero chunks lies outside the " + std::string(toString(image)));
    }
    reader.take(cursor.position());
    return {};
}

Result<void> SegmentTable::readSegments(ByteReader& reader, ListsByImage& listsByImage) {
    const std::uint64_t segments = reader.varint();
    if (!reader.ok() || segments > kMostSegments) {
        return damaged("its table holds more segments than allowed");
    }
    std::uint32_t pieces = 0;
    Segment segment;
    for (std::uint64_t i = 0; i < segments; ++i) {
        segment.stored = {m_payloadEnd, 0};
        segment.statePiece = pieces;
        m_slots.push_back({m_payloadEnd, static_cast<std::uint32_t>(reader.position()), pieces});
        const Result<RecordLists> lists = readRecord(reader, m_bounds, segment);
        if (!lists) return withContext(lists.error(), "segment " + std::to_string(i));
        for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
            const auto at = static_cast<std::size_t>(image);
            if (segment.kind == segmentKind(image)) listsByImage[at].push_back(lists->chunks);
            if (lists->repeats[at].count > 0) listsByImage[at].push_back(lists->repeats[at]);
        }
        m_payloadEnd += segment.stored.length;  // at most 2^18 times 2^20
        if (segment.kind == SegmentKind::state) ++pieces;
        m_tally.add(segment);
    }
    if (statePiece(m_bounds.stateBytes, pieces).length != 0) {
        return damaged("a part of its device state is missing");
    }
    return {};
}

// Every list of chunk numbers of an image is walked at once, the lowest number first: memory
// for a cursor a list, whatever the size of image and table.
Result<void> SegmentTable::checkOverlaps(const ListsByImage& lists) const {
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        const std::vector<RecordLists::List>& own = lists[static_cast<std::size_t>(image)];
        std::vector<RunCursor> cursors;
        cursors.reserve(own.size() + 1);
        cursors.push_back(zeroRuns(image));
        for (const RecordLists::List& list : own) {
            cursors.emplace_back(ByteView(m_plain).subspan(list.offset), list.count,
                                 RunCursor::Coding::numbers, m_bounds.target(image));
        }
        TRY(checkDisjoint(std::move(cursors), image));
    }
    return {};
}

Segment SegmentTable::segment(std::size_t index) const {
    CHECK(index < m_slots.size());
    const Slot& slot = m_slots[index];
    Segment segment;
    segment.stored.offset = slot.stored;
    segment.statePiece = slot.statePiece;
    ByteReader reader{ByteView(m_plain).subspan(slot.record)};
    CHECK(readRecord(reader, m_bounds, segment));  // parse() has read it before
    return segment;
}

RunCursor SegmentTable::zeroRuns(ImageKind image) const {
    const ZeroList& list = m_zeroLists[static_cast<std::size_t>(image)];
    return RunCursor(ByteView(m_plain).subspan(list.offset), list.count, RunCursor::Coding::runs,
                     m_bounds.target(image));
}

}  // namespace cloudlet
