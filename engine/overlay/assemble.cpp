#include "engine/overlay/assemble.h"

#include <algorithm>

#include "engine/base/parallel.h"
#include "engine/overlay/codec.h"
#include "engine/overlay/header.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/table.h"
#include "engine/overlay/table_writer.h"

namespace cloudlet {

namespace {

Error tooManyChanges() {
    return {ErrorCode::unsupported,
            "the images differ from the base in more chunks than one overlay can hold: choose a "
            "base that is closer to them"};
}

fs::path folderOf(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// Everything of an overlay but its header and manifest. The segments' bytes wait, one after the
// other, in a nameless file, since what precedes them in the overlay is known last.
struct Body {
    File spool;
    std::uint64_t spooled = 0;
    TableWriter table;
    Tally tally;
    std::size_t segments = 0;
    std::optional<StartSet> startSet;

    Result<void> add(const PackedSegment& packed) {
        TRY(spool.writeAt(packed.stored, spooled));
        spooled += packed.stored.size();
        table.add(packed.segment);
        tally.add(packed.segment);
        if (startSet && startSet->holds(segments)) {
            startSet->chunks += packed.segment.chunkCount;
            startSet->storedBytes += packed.segment.stored.length;
        }
        ++segments;
        return {};
    }
};

Result<Body> packAll(const PackSources& sources, const fs::path& folder, Progress& progress,
                     std::stop_token stop) {
    const std::vector<PackItem> items = packItems(sources);
    if (items.size() > kMostSegments) return tooManyChanges();
    Body body{TRY(File::temporary(folder)), 0, TableWriter(sources.base.row()), {}, 0, {}};
    if (const std::size_t count = sources.plan.startSegments(); count > 0) {
        body.startSet = {items.size() - sources.plan.dataSegments().size(), count, 0, 0};
    }
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        body.table.addZeroRuns(sources.plan.zeroRuns(image));
        for (const ChunkRun& run : sources.plan.zeroRuns(image)) {
            body.tally.of(image).zero += run.length;
        }
    }
    body.table.beginSegments(items.size());
    progress.beginStage("compressing",
                        sources.state.size() + sources.plan.dataChunks() * kChunkSize);
    std::size_t at = 0;
    const auto next = [&]() -> Result<std::optional<PackItem>> {
        return at < items.size() ? std::optional(items[at++]) : std::nullopt;
    };
    const auto work = [&](PackItem item) { return pack(item, sources); };
    const auto sink = [&](PackedSegment packed) -> Result<void> {
        if (packed.segment.codec != Codec::copy) progress.advance(packed.segment.plainBytes);
        return body.add(packed);
    };
    const std::size_t depth =
        std::min<std::size_t>(2 * coreCount(), sources.compression.mostAtOnce());
    TRY(orderedPipeline<PackItem, PackedSegment>(depth, next, work, sink, stop));
    return body;
}

// Header, manifest, table and segments to the target.
Result<OverlaySummary> write(Body& body, Manifest manifest, const AssembleTarget& target,
                             Progress& progress, std::stop_token stop) {
    const Bytes plainTable = body.table.finish();
    if (plainTable.size() > kMostTableBytes) return tooManyChanges();
    const Bytes table = compressFrame(plainTable, {}, kTableLevel);
    if (table.size() > kMostTableBytes) return tooManyChanges();
    manifest.composition = body.tally.images;
    manifest.startSet = body.startSet;
    if (manifest.state) manifest.state->storedBytes = body.tally.storedState;
    manifest.tableHash = sha256(table);
    const std::string text = manifest.serialize();
    if (text.size() > kMostManifestBytes) {
        return Error{ErrorCode::invalid, "the overlay's texts and picture exceed 1 MiB"};
    }
    OverlayHeader header;
    header.manifestLength = text.size();
    header.tableStored = table.size();
    header.tablePlain = plainTable.size();
    header.manifestHash = sha256(asBytes(text));
    header.fileLength = header.payloadOffset() + body.spooled;

    progress.beginStage("writing the overlay", body.spooled);
    AtomicFile file = TRY(AtomicFile::create(target.path));
    TRY(file.file().writeAt(header.serialize(), 0));
    TRY(file.file().writeAt(asBytes(text), header.manifestOffset()));
    TRY(file.file().writeAt(table, header.tableOffset()));
    TRY(copyRange(body.spool, {0, body.spooled}, file.file(), header.payloadOffset(), progress,
                  stop));
    if (target.check) TRY(target.check(file.file().path()));
    TRY(file.commit());
    return OverlaySummary{header.manifestHash, header.fileLength, body.segments,
                          std::move(manifest)};
}

}  // namespace

Result<OverlaySummary> assembleOverlay(const PackSources& sources, Manifest manifest,
                                       const AssembleTarget& target, Progress& progress,
                                       std::stop_token stop) {
    Body body = TRY(packAll(sources, folderOf(target.path), progress, stop));
    return write(body, std::move(manifest), target, progress, stop);
}

}  // namespace cloudlet
