// The table of an overlay: which chunks are zero, which are in which segment, where the segments
// lie and what hashes they must have (FORMAT.md, "Table"). Read-only once parsed; any thread.
#pragma once

#include <array>
#include <vector>

#include "engine/overlay/manifest.h"
#include "engine/overlay/run_cursor.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

// The sizes that a table's numbers must keep to.
struct TableBounds {
    std::array<std::uint64_t, 2> targetChunks{};  // by ImageKind
    BaseRow base;
    std::uint64_t stateBytes = 0;

    static TableBounds of(const Manifest& manifest);
    std::uint64_t target(ImageKind image) const {
        return targetChunks[static_cast<std::size_t>(image)];
    }
};

// Where the lists of chunk numbers of a segment's record lie, as RunCursor needs them.
struct RecordLists {
    struct List {
        std::uint32_t offset = 0;  // in the table
        std::uint32_t count = 0;
    };
    List chunks;
    std::array<List, 2> repeats;  // by ImageKind
};

// Of what an overlay is made, counted segment by segment.
struct Tally {
    std::array<Composition, 2> images;  // by ImageKind
    std::uint64_t storedState = 0;

    Composition& of(ImageKind image) { return images[static_cast<std::size_t>(image)]; }
    void add(const Segment& segment);
};

class SegmentTable {
public:
    // Keeps `plain` and 16 bytes a segment; records are unpacked on demand. `payloadOffset`:
    // where in the file the first segment begins. Errors: corrupt; unsupported (a codec that
    // this version does not have).
    static Result<SegmentTable> parse(Bytes plain, const TableBounds& bounds,
                                      std::uint64_t payloadOffset);

    std::size_t segmentCount() const { return m_slots.size(); }
    // REQUIRES: index < segmentCount().
    Segment segment(std::size_t index) const;
    RunCursor zeroRuns(ImageKind image) const;
    const Tally& tally() const { return m_tally; }
    std::uint64_t payloadEnd() const { return m_payloadEnd; }

private:
    struct Slot {
        std::uint64_t stored = 0;  // offset in the file
        std::uint32_t record = 0;  // offset in m_plain
        std::uint32_t statePiece = 0;
    };
    struct ZeroList {
        std::uint32_t offset = 0;
        std::uint64_t count = 0;
    };

    using ListsByImage = std::array<std::vector<RecordLists::List>, 2>;

    SegmentTable() = default;
    Result<void> readZeroRuns(ByteReader& reader, ImageKind image);
    Result<void> readSegments(ByteReader& reader, ListsByImage& listsByImage);
    Result<void> checkOverlaps(const ListsByImage& lists) const;

    Bytes m_plain;
    TableBounds m_bounds;
    std::array<ZeroList, 2> m_zeroLists;
    std::vector<Slot> m_slots;
    Tally m_tally;
    std::uint64_t m_payloadEnd = 0;
};

// Bytes of piece `piece` of a device state of `stateBytes`, and of the base's state that helps
// to decode it.
Extent statePiece(std::uint64_t stateBytes, std::uint32_t piece);
Extent statePrefix(std::uint64_t baseStateBytes, std::uint32_t piece);

}  // namespace cloudlet
