#include "engine/overlay/replay.h"

#include <algorithm>
#include <atomic>

#include "engine/base/parallel.h"

namespace cloudlet {

namespace {

std::uint64_t storedBytes(const OverlayReader& overlay) {
    return overlay.header().fileLength - overlay.header().payloadOffset();
}

Result<void> punchZeros(const OverlayReader& overlay, File& target, ImageKind image,
                        std::stop_token stop) {
    const std::uint64_t size = overlay.manifest().sizeOf(image);
    RunCursor runs = overlay.zeroRuns(image);
    while (const std::optional<ChunkRun> run = runs.next()) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        const std::uint64_t begin = run->first * kChunkSize;
        TRY(target.punchHole({begin, std::min(run->end() * kChunkSize, size) - begin}));
    }
    return {};
}

}  // namespace

Result<void> placeSegment(const DecodedSegment& decoded, const Manifest& manifest,
                          TargetImages targets) {
    const std::span<const Entry> entries(decoded.segment.entries);
    for (std::size_t at = 0; at < entries.size();) {
        const std::size_t count = runLength(entries, at);
        const Entry& first = entries[at];
        const std::uint64_t offset = first.chunk.offset();
        const ByteView bytes =
            ByteView(decoded.content)
                .subspan(std::size_t{first.position} * kChunkSize)
                .first(std::min<std::uint64_t>(count * kChunkSize,
                                               manifest.sizeOf(first.chunk.image) - offset));
        TRY(targets.of(first.chunk.image).writeAt(bytes, offset));
        at += count;
    }
    return {};
}

Result<void> replayOverlay(const OverlayReader& overlay, const BaseImages& base,
                           TargetImages targets, Progress& progress, std::stop_token stop) {
    TRY(overlay.checkBase(base));
    progress.beginStage("putting base and overlay together", storedBytes(overlay));
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        TRY(targets.of(image).resize(overlay.manifest().sizeOf(image)));
        TRY(punchZeros(overlay, targets.of(image), image, stop));
    }
    const auto replaySegment = [&](std::size_t index) -> Result<void> {
        const Segment segment = overlay.segment(index);
        if (segment.kind == SegmentKind::state) return {};
        TRY(placeSegment(TRY(overlay.decode(index, base)), overlay.manifest(), targets));
        progress.advance(segment.stored.length);
        return {};
    };
    return parallelFor(overlay.segmentCount(), replaySegment, stop, kMostDecoders);
}

Result<VerifyReport> verifyOverlay(const OverlayReader& overlay, const BaseImages& base,
                                   Progress& progress, std::stop_token stop) {
    TRY(overlay.checkBase(base));
    progress.beginStage("checking every segment", storedBytes(overlay));
    std::atomic<std::uint64_t> chunks{0};
    std::atomic<std::uint64_t> plainBytes{0};
    const auto check = [&](std::size_t index) -> Result<void> {
        const DecodedSegment decoded = TRY(overlay.decode(index, base));
        chunks += decoded.segment.entries.size();
        plainBytes += decoded.content.size();
        progress.advance(decoded.segment.stored.length);
        return {};
    };
    TRY(parallelFor(overlay.segmentCount(), check, stop, kMostDecoders));
    if (overlay.manifest().state) TRY(overlay.state(base));
    return VerifyReport{overlay.segmentCount(), chunks, plainBytes, storedBytes(overlay)};
}

}  // namespace cloudlet
