// Opens an overlay and decodes its segments. Nothing is believed before its hash fits: what
// decode() returns is what was encoded. Read-only once open; any thread.
#pragma once

#include <string>

#include "engine/overlay/chunk_source.h"
#include "engine/overlay/decode.h"
#include "engine/overlay/header.h"
#include "engine/overlay/manifest.h"
#include "engine/overlay/table.h"

namespace cloudlet {

class OverlayReader {
public:
    // Reads and checks header, manifest and table. All that comes with the first read is kept and
    // not read again: over a far source it saves a round trip each for manifest, table and state.
    // `source` must outlive the reader. Errors: corrupt, unsupported, those of the source.
    static Result<OverlayReader> open(ChunkSource& source);

    const Manifest& manifest() const { return m_manifest; }
    Hash id() const { return m_header.manifestHash; }
    const OverlayHeader& header() const { return m_header; }
    std::string name() const { return m_source->name(); }
    void interruptSource() const { m_source->interrupt(); }
    // Somebody waits for this segment, which is about to be decoded. REQUIRES: as segment().
    void hurry(std::size_t index) const;

    std::size_t segmentCount() const { return m_table.segmentCount(); }
    // REQUIRES: index < segmentCount().
    Segment segment(std::size_t index) const { return m_table.segment(index); }
    // Chunks that are zero though the base's are not.
    RunCursor zeroRuns(ImageKind image) const { return m_table.zeroRuns(image); }

    // Errors: incompatible, naming both bases; corrupt, if the overlay names this base but
    // tells other sizes or hashes of it.
    Result<void> checkBase(const BaseImages& base) const;

    // The stored bytes of a segment. REQUIRES: as segment(). Errors: those of the source.
    Result<Bytes> fetchSegment(std::size_t index) const;
    // Decodes what fetchSegment() gave. REQUIRES: as segment(). Errors: as checkBase; corrupt,
    // naming the segment and its place.
    Result<DecodedSegment> decode(std::size_t index, ByteView stored, const BaseImages& base) const;
    // Both at once.
    Result<DecodedSegment> decode(std::size_t index, const BaseImages& base) const;
    // The device state, all of it checked. Errors: as decode; notFound, if it has none.
    Result<Bytes> state(const BaseImages& base) const;

private:
    OverlayReader(ChunkSource& source, Bytes beginning, OverlayHeader header, Manifest manifest,
                  SegmentTable table);
    Error named(Error error, std::size_t index) const;

    ChunkSource* m_source;
    Bytes m_beginning;  // of the source
    OverlayHeader m_header;
    Manifest m_manifest;
    SegmentTable m_table;
};

// The manifest at the start of an overlay whose other bytes need not be there yet.
// Errors: as OverlayReader::open.
Result<Manifest> readManifest(ChunkSource& source);

}  // namespace cloudlet
