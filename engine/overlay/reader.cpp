#include "engine/overlay/reader.h"

#include <algorithm>

#include "engine/overlay/codec.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

Error damaged(const std::string& what) {
    return {ErrorCode::corrupt, what + ": copy or download it again"};
}

Error aboutOverlay(Error error, const ChunkSource& source) {
    return withContext(std::move(error), "the overlay " + source.name());
}

Result<OverlayHeader> fetchHeader(ChunkSource& source) {
    const std::uint64_t size = TRY(source.size());
    Bytes bytes(std::min(size, kOverlayHeaderSize));
    TRY(source.read(bytes, 0));
    OverlayHeader header = TRY(OverlayHeader::parse(bytes));
    if (size == header.fileLength) return header;
    return damaged("it has " + std::to_string(size) + " bytes instead of " +
                   std::to_string(header.fileLength) +
                   (size < header.fileLength ? ", it is truncated" : ", something follows it"));
}

Result<Manifest> fetchManifest(ChunkSource& source, const OverlayHeader& header) {
    Bytes text(header.manifestLength);
    TRY(source.read(text, header.manifestOffset()));
    if (sha256(text) != header.manifestHash) {
        return damaged("its manifest is not the one that was written");
    }
    return Manifest::parse(asText(text));
}

// What the segments that the manifest calls the start set are in the table. Errors: corrupt.
Result<void> checkStartSet(const StartSet& told, const SegmentTable& table) {
    StartSet found{told.firstSegment, told.segments, 0, 0};
    const Error wrong = damaged("its manifest tells another start set than its table");
    const std::uint64_t count = table.segmentCount();
    if (told.firstSegment > count || told.segments > count - told.firstSegment) return wrong;
    for (std::uint64_t i = 0; i < told.segments; ++i) {
        const Segment segment = table.segment(told.firstSegment + i);
        if (segment.kind == SegmentKind::state || segment.codec == Codec::copy) return wrong;
        found.chunks += segment.chunkCount;
        found.storedBytes += segment.stored.length;
    }
    if (found != told) return wrong;
    return {};
}

Result<SegmentTable> fetchTable(ChunkSource& source, const OverlayHeader& header,
                                const Manifest& manifest) {
    Bytes stored(header.tableStored);
    TRY(source.read(stored, header.tableOffset()));
    if (sha256(stored) != manifest.tableHash) {
        return damaged("its table is not the one that was written");
    }
    Bytes plain = TRY(decompressFrame(stored, {}, header.tablePlain));
    SegmentTable table = TRY(
        SegmentTable::parse(std::move(plain), TableBounds::of(manifest), header.payloadOffset()));
    if (table.payloadEnd() != header.fileLength) {
        return damaged("its segments do not add up to its length");
    }
    const std::uint64_t storedState = manifest.state ? manifest.state->storedBytes : 0;
    if (table.tally().images != manifest.composition || table.tally().storedState != storedState) {
        return damaged("its manifest tells another composition than its table");
    }
    if (manifest.startSet) TRY(checkStartSet(*manifest.startSet, table));
    return table;
}

}  // namespace

OverlayReader::OverlayReader(ChunkSource& source, OverlayHeader header, Manifest manifest,
                             SegmentTable table)
    : m_source(&source),
      m_header(header),
      m_manifest(std::move(manifest)),
      m_table(std::move(table)) {}

Result<OverlayReader> OverlayReader::open(ChunkSource& source) {
    const auto attempt = [&]() -> Result<OverlayReader> {
        const OverlayHeader header = TRY(fetchHeader(source));
        Manifest manifest = TRY(fetchManifest(source, header));
        SegmentTable table = TRY(fetchTable(source, header, manifest));
        return OverlayReader(source, header, std::move(manifest), std::move(table));
    };
    Result<OverlayReader> reader = attempt();
    if (!reader) return aboutOverlay(std::move(reader).error(), source);
    return reader;
}

Result<Manifest> readManifest(ChunkSource& source) {
    const auto attempt = [&]() -> Result<Manifest> {
        return fetchManifest(source, TRY(fetchHeader(source)));
    };
    Result<Manifest> manifest = attempt();
    if (!manifest) return aboutOverlay(std::move(manifest).error(), source);
    return manifest;
}

Result<void> OverlayReader::checkBase(const BaseImages& base) const {
    const OverlayBase& wanted = m_manifest.base;
    OverlayBase given = base.description();
    if (given.id != wanted.id) {
        return Error{ErrorCode::incompatible,
                     "the overlay " + name() + " needs the base " + wanted.id.shortHex() +
                         (wanted.name.empty() ? "" : " (" + wanted.name + ")") + ", this one is " +
                         given.id.shortHex() + ": import the base it names"};
    }
    given.name = wanted.name;
    if (given == wanted) return {};
    return Error{ErrorCode::corrupt, "the overlay " + name() +
                                         " tells other sizes or hashes of its base than the base "
                                         "has: make it anew"};
}

Error OverlayReader::named(Error error, std::size_t index) const {
    const Segment about = segment(index);
    return withContext(std::move(error), "segment " + std::to_string(index) + " of the overlay " +
                                             name() + ", at byte " +
                                             std::to_string(about.stored.offset));
}

Result<DecodedSegment> OverlayReader::decode(std::size_t index, const BaseImages& base) const {
    const Segment about = segment(index);
    Bytes stored(about.stored.length);
    if (!stored.empty()) TRY(m_source->read(stored, about.stored.offset));
    return decode(index, stored, base);
}

Result<DecodedSegment> OverlayReader::decode(std::size_t index, ByteView stored,
                                             const BaseImages& base) const {
    TRY(checkBase(base));
    Result<DecodedSegment> decoded = decodeSegment(segment(index), stored, base);
    if (!decoded) return named(std::move(decoded).error(), index);
    return decoded;
}

Result<Bytes> OverlayReader::state(const BaseImages& base) const {
    if (!m_manifest.state) {
        return Error{ErrorCode::notFound, "the overlay " + name() + " holds no device state"};
    }
    Bytes state;
    state.reserve(m_manifest.state->size);
    for (std::size_t i = 0; i < segmentCount(); ++i) {
        if (segment(i).kind != SegmentKind::state) continue;
        const DecodedSegment piece = TRY(decode(i, base));
        state.insert(state.end(), piece.content.begin(), piece.content.end());
    }
    if (sha256(state) == m_manifest.state->hash) return state;
    return Error{ErrorCode::corrupt, "the device state of the overlay " + name() +
                                         " is not the one that was saved: make it anew"};
}

}  // namespace cloudlet
