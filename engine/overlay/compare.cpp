#include "engine/overlay/compare.h"

#include <algorithm>
#include <mutex>

#include "engine/base/parallel.h"
#include "engine/image/chunk_set.h"
#include "engine/overlay/classify.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kBlock = 1 << 20;  // bytes one task compares: stays in the cache

// One image against what base and overlay give for it. Called from several threads.
class ImageComparison {
public:
    ImageComparison(const File& file, const ChunkSet* mayDiffer, ImageKind kind, std::uint64_t size)
        : m_file(file),
          m_mayDiffer(mayDiffer),
          m_kind(kind),
          m_size(size),
          m_inOverlay(chunksCovering(size)) {}

    std::uint64_t size() const { return m_size; }
    std::size_t blocks() const { return static_cast<std::size_t>((m_size + kBlock - 1) / kBlock); }

    // One after the other, before any comparison.
    void noteInOverlay(ChunkRun run) {
        for (std::uint64_t i = run.first; i < run.end(); ++i) m_inOverlay.insert(i);
    }

    // Bytes that the image must have at the chunk, as far as it reaches.
    Result<void> expect(std::uint64_t index, ByteView bytes) {
        std::array<std::byte, kChunkSize> ours;
        const std::uint64_t offset = index * kChunkSize;
        const std::size_t length = std::min<std::uint64_t>(kChunkSize, m_size - offset);
        TRY(m_file.readAt(std::span(ours).first(length), offset));
        if (!sameBytes(ByteView(ours).first(length), bytes.first(length))) note(index);
        return {};
    }

    Result<void> expectZeros(ChunkRun run) {
        static constexpr std::array<std::byte, kChunkSize> kZeros{};
        for (std::uint64_t i = run.first; i < run.end(); ++i) TRY(expect(i, kZeros));
        return {};
    }

    // Chunks of a block that the overlay does not hold: they must be the base's.
    Result<void> expectBase(std::size_t block, const BaseImages& base) {
        const std::uint64_t begin = block * kBlock;
        const std::uint64_t length = std::min(kBlock, m_size - begin);
        if (!mayDifferWithin(m_mayDiffer, {begin, length})) return {};
        const std::optional<Extent> data = TRY(m_file.nextData(begin));
        const std::optional<Extent> baseData = TRY(base.file(m_kind).nextData(begin));
        const auto within = [&](const std::optional<Extent>& extent) {
            return extent && extent->offset < begin + length;
        };
        if (!within(data) && !within(baseData)) return {};
        Bytes buffer(length);
        TRY(m_file.readAt(buffer, begin));
        for (std::uint64_t at = 0; at < length; at += kChunkSize) {
            const ChunkRef chunk{m_kind, (begin + at) / kChunkSize};
            if (m_inOverlay.contains(chunk.index)) continue;
            if (!mayDiffer(m_mayDiffer, chunk.index)) continue;
            const ByteView ours =
                ByteView(buffer).subspan(at, std::min<std::uint64_t>(kChunkSize, length - at));
            const ByteView theirs =
                base.chunk(chunk).first(std::min(base.chunk(chunk).size(), ours.size()));
            if (!sameBytes(theirs, ours.first(theirs.size())) ||
                !isAllZero(ours.subspan(theirs.size()))) {
                note(chunk.index);
            }
        }
        base.release(m_kind, {begin, length});
        return {};
    }

    std::optional<std::uint64_t> firstDifference() const { return m_first; }

private:
    void note(std::uint64_t index) {
        const std::lock_guard lock(m_mutex);
        m_first = std::min(m_first.value_or(index), index);
    }

    const File& m_file;
    const ChunkSet* m_mayDiffer;  // nullptr: any
    ImageKind m_kind;
    std::uint64_t m_size;
    ChunkSet m_inOverlay;
    std::mutex m_mutex;  // guards m_first while threads compare
    std::optional<std::uint64_t> m_first;
};

Result<void> checkSize(const OverlayReader& overlay, const File& file, ImageKind image) {
    if (TRY(file.size()) == overlay.manifest().sizeOf(image)) return {};
    return Error{ErrorCode::corrupt, "the overlay " + overlay.name() + " gives another " +
                                         toString(image) + " size than " + file.path().string() +
                                         " has: make it anew"};
}

Result<void> compareSegment(const OverlayReader& overlay, const BaseImages& base, std::size_t index,
                            std::array<ImageComparison*, 2> images) {
    if (overlay.segment(index).kind == SegmentKind::state) return {};
    const DecodedSegment decoded = TRY(overlay.decode(index, base));
    for (const Entry& entry : decoded.segment.entries) {
        ImageComparison& image = *images[static_cast<std::size_t>(entry.chunk.image)];
        TRY(image.expect(entry.chunk.index, decoded.bytesOf(entry)));
    }
    return {};
}

Result<void> compareImage(const OverlayReader& overlay, const BaseImages& base, ImageKind kind,
                          ImageComparison& image, Progress& progress, std::stop_token stop) {
    RunCursor zeros = overlay.zeroRuns(kind);
    while (const std::optional<ChunkRun> run = zeros.next()) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        TRY(image.expectZeros(*run));
    }
    const auto block = [&](std::size_t index) -> Result<void> {
        TRY(image.expectBase(index, base));
        progress.advance(kBlock);
        return {};
    };
    TRY(parallelFor(image.blocks(), block, stop));
    if (!image.firstDifference()) return {};
    return Error{ErrorCode::corrupt, "the overlay " + overlay.name() +
                                         " gives back other bytes for " + toString(kind) +
                                         " chunk " + std::to_string(*image.firstDifference()) +
                                         " than it was made of: make it anew"};
}

}  // namespace

Result<void> compareReplay(const OverlayReader& overlay, const BaseImages& base,
                           const OriginalImages& originals, Progress& progress,
                           std::stop_token stop) {
    TRY(overlay.checkBase(base));
    TRY(checkSize(overlay, originals.disk, ImageKind::disk));
    TRY(checkSize(overlay, originals.memory, ImageKind::memory));
    ImageComparison ofDisk(originals.disk, originals.diskMayDiffer, ImageKind::disk,
                           overlay.manifest().diskSize);
    ImageComparison ofMemory(originals.memory, originals.memoryMayDiffer, ImageKind::memory,
                             overlay.manifest().memorySize);
    const std::array<ImageComparison*, 2> images{&ofDisk, &ofMemory};
    for (const ImageKind kind : {ImageKind::disk, ImageKind::memory}) {
        RunCursor zeros = overlay.zeroRuns(kind);
        while (const std::optional<ChunkRun> run = zeros.next()) {
            images[static_cast<std::size_t>(kind)]->noteInOverlay(*run);
        }
    }
    for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
        for (const Entry& entry : overlay.segment(i).entries) {
            images[static_cast<std::size_t>(entry.chunk.image)]->noteInOverlay(
                {entry.chunk.index, 1});
        }
    }
    progress.beginStage("comparing with what it was made of", ofDisk.size() + ofMemory.size());
    const auto segment = [&](std::size_t index) {
        return compareSegment(overlay, base, index, images);
    };
    TRY(parallelFor(overlay.segmentCount(), segment, stop, kMostDecoders));
    TRY(compareImage(overlay, base, ImageKind::disk, ofDisk, progress, stop));
    return compareImage(overlay, base, ImageKind::memory, ofMemory, progress, stop);
}

}  // namespace cloudlet
