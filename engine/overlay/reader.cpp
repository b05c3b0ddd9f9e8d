#include "engine/overlay/reader.h"

#include <algorithm>

#include "engine/base/confine.h"
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

// Header, manifest and table of an overlay of 100 MB, and the beginning of its start set.
constexpr std::uint64_t kBeginning = 64 << 10;

// The first bytes of a source, with one read.
Result<Bytes> fetchBeginning(ChunkSource& source, std::uint64_t most) {
    Bytes bytes(std::min(TRY(source.size()), most));
    TRY(source.read(bytes, 0));
    return bytes;
}

// Fetches only what lies behind the beginning.
Result<void> fetch(ChunkSource& source, ByteView beginning, std::span<std::byte> into,
                   std::uint64_t offset) {
    if (offset < beginning.size()) {
        const auto here = std::min<std::uint64_t>(into.size(), beginning.size() - offset);
        std::ranges::copy(beginning.subspan(offset, here), into.begin());
        into = into.subspan(here);
        offset += here;
    }
    return into.empty() ? Result<void>() : source.read(into, offset);
}

Result<OverlayHeader> parseHeader(ChunkSource& source, ByteView beginning) {
    const std::uint64_t size = TRY(source.size());
    OverlayHeader header =
        TRY(OverlayHeader::parse(beginning.first(std::min(beginning.size(), kOverlayHeaderSize))));
    if (size == header.fileLength) return header;
    return damaged("it has " + std::to_string(size) + " bytes instead of " +
                   std::to_string(header.fileLength) +
                   (size < header.fileLength ? ", it is truncated" : ", something follows it"));
}

Result<Manifest> fetchManifest(ChunkSource& source, ByteView beginning,
                               const OverlayHeader& header) {
    Bytes text(header.manifestLength);
    TRY(fetch(source, beginning, text, header.manifestOffset()));
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

Result<SegmentTable> fetchTable(ChunkSource& source, ByteView beginning,
                                const OverlayHeader& header, const Manifest& manifest) {
    Bytes stored(header.tableStored);
    TRY(fetch(source, beginning, stored, header.tableOffset()));
    if (sha256(stored) != manifest.tableHash) {
        return damaged("its table is not the one that was written");
    }
    Bytes plain = TRY(confined([&] { return decompressFrame(stored, {}, header.tablePlain); }));
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

OverlayReader::OverlayReader(ChunkSource& source, Bytes beginning, OverlayHeader header,
                             Manifest manifest, SegmentTable table)
    : m_source(&source),
      m_beginning(std::move(beginning)),
      m_header(header),
      m_manifest(std::move(manifest)),
      m_table(std::move(table)) {}

Result<OverlayReader> OverlayReader::open(ChunkSource& source) {
    const auto attempt = [&]() -> Result<OverlayReader> {
        Bytes beginning = TRY(fetchBeginning(source, kBeginning));
        const OverlayHeader header = TRY(parseHeader(source, beginning));
        Manifest manifest = TRY(fetchManifest(source, beginning, header));
        SegmentTable table = TRY(fetchTable(source, beginning, header, manifest));
        return OverlayReader(source, std::move(beginning), header, std::move(manifest),
                             std::move(table));
    };
    Result<OverlayReader> reader = attempt();
    if (!reader) return aboutOverlay(std::move(reader).error(), source);
    return reader;
}

Result<Manifest> readManifest(ChunkSource& source) {
    const auto attempt = [&]() -> Result<Manifest> {
        const Bytes beginning = TRY(fetchBeginning(source, kOverlayHeaderSize));
        return fetchManifest(source, beginning, TRY(parseHeader(source, beginning)));
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

void OverlayReader::hurry(std::size_t index) const {
    const Extent stored = segment(index).stored;
    if (stored.length > 0) m_source->hurry(stored.offset, stored.length);
}

Result<Bytes> OverlayReader::fetchSegment(std::size_t index) const {
    const Segment about = segment(index);
    Bytes stored(about.stored.length);
    const std::uint64_t offset = about.stored.offset;
    TRY(fetch(*m_source, m_beginning, stored, offset));
    while (!stored.empty() && checksum64(stored) != about.checksum &&
           m_source->doubt(offset, stored.size())) {
        TRY(m_source->read(stored, offset));
    }
    return stored;
}

Result<DecodedSegment> OverlayReader::decode(std::size_t index, const BaseImages& base) const {
    return decode(index, TRY(fetchSegment(index)), base);
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
