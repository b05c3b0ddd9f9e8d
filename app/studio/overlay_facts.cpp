#include "app/studio/overlay_facts.h"

#include <algorithm>

#include "app/studio/qt_text.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

constexpr quint64 kMostRuns = 4096;  // more cells than a window has

PlaceMap emptyMap(std::uint64_t imageSize) {
    PlaceMap map;
    map.chunks = chunksCovering(imageSize);
    map.chunksPerRun = std::max<quint64>(1, (map.chunks + kMostRuns - 1) / kMostRuns);
    map.runs.resize(static_cast<qsizetype>((map.chunks + map.chunksPerRun - 1) / map.chunksPerRun));
    return map;
}

// By whole runs: a zeroed disk has more chunks than one wants to count.
void count(PlaceMap& map, ChunkRun chunks, ChunkKind kind) {
    for (std::uint64_t at = chunks.first; at < chunks.end();) {
        const quint64 run = at / map.chunksPerRun;
        const quint64 end = std::min<quint64>(chunks.end(), (run + 1) * map.chunksPerRun);
        map.runs[static_cast<qsizetype>(run)][kind] += static_cast<quint32>(end - at);
        at = end;
    }
}

ChunkKind kindOf(const Entry& entry) {
    switch (entry.kind) {
        case Entry::Kind::delta:
            return deltaChunk;
        case Entry::Kind::copy:
            return copiedChunk;
        case Entry::Kind::repeat:
            return repeatedChunk;
        default:
            return rawChunk;
    }
}

}  // namespace

Result<OverlayFacts> readOverlayFacts(const QString& file) {
    FileSource source = TRY(FileSource::open(toPath(file)));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    const Manifest& manifest = reader.manifest();
    OverlayFacts facts;
    facts.details = {manifest, toQt(reader.id().hex()), TRY(source.size())};
    facts.descriptionBytes = reader.header().payloadOffset();
    facts.segments = reader.segmentCount();
    for (const ImageKind kind : {ImageKind::disk, ImageKind::memory}) {
        PlaceMap& map = facts.maps[static_cast<std::size_t>(kind)];
        map = emptyMap(manifest.sizeOf(kind));
        RunCursor zeros = reader.zeroRuns(kind);
        while (const std::optional<ChunkRun> run = zeros.next()) {
            count(map, *run, zeroChunk);
        }
    }
    const StartSet start = manifest.startSet.value_or(StartSet());
    for (std::size_t i = 0; i < reader.segmentCount(); ++i) {
        const Segment segment = reader.segment(i);
        quint64& stored = segment.kind == SegmentKind::disk     ? facts.diskBytes
                          : segment.kind == SegmentKind::memory ? facts.memoryBytes
                                                                : facts.stateBytes;
        stored += segment.stored.length;
        for (const Entry& entry : segment.entries) {
            PlaceMap& map = facts.maps[static_cast<std::size_t>(entry.chunk.image)];
            count(map, {entry.chunk.index, 1}, start.holds(i) ? startSetChunk : kindOf(entry));
        }
    }
    return facts;
}

}  // namespace cloudlet
