#include "engine/overlay/estimate.h"

#include <algorithm>

#include "engine/overlay/limits.h"
#include "engine/overlay/pack.h"
#include "engine/overlay/table.h"

namespace cloudlet {

namespace {

// Segments that are compressed, of 1 MiB at most: some 0.3 s of one core. An overlay of less data
// is weighed whole.
constexpr std::size_t kSamples = 10;
constexpr std::uint64_t kMostCells = 2048;  // of one image
// What is usual: a device state against its base's; manifest with a small picture and header.
constexpr std::uint64_t kUsualStateBytes = 4 << 10;
constexpr std::uint64_t kUsualManifestBytes = 3 << 10;
constexpr std::uint64_t kTableBytesOfAChunk = 3;

class MapMaker {
public:
    explicit MapMaker(std::uint64_t imageSize) {
        m_map.chunks = chunksCovering(imageSize);
        m_map.chunksPerCell =
            std::max<std::uint64_t>(1, (m_map.chunks + kMostCells - 1) / kMostCells);
        m_map.cells.resize((m_map.chunks + m_map.chunksPerCell - 1) / m_map.chunksPerCell);
    }

    MapCell& of(std::uint64_t chunk) { return m_map.cells[chunk / m_map.chunksPerCell]; }
    ImageMap take() { return std::move(m_map); }

private:
    ImageMap m_map;
};

class Estimate {
public:
    Estimate(const EncodeInput& input, const OverlayPlan& plan, Profile profile)
        : m_plan(plan), m_sources{input.base, input.disk, input.memory,
                                  {},         plan,       Compression::of(profile)} {}

    Result<OverlayEstimate> run(std::stop_token stop) {
        m_maps = {MapMaker(TRY(m_sources.disk.size())), MapMaker(TRY(m_sources.memory.size()))};
        for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) countKnown(image);
        countData();
        TRY(weigh(std::move(stop)));
        m_result.fileBytes = kUsualManifestBytes + kUsualStateBytes;
        for (std::size_t i = 0; i < 2; ++i) {
            const Composition& part = m_result.composition[i];
            m_result.fileBytes += part.storedBytes + kTableBytesOfAChunk * part.changed();
            m_result.maps[i] = m_maps[i].take();
        }
        return std::move(m_result);
    }

private:
    Composition& compositionOf(ImageKind image) {
        return m_result.composition[static_cast<std::size_t>(image)];
    }
    MapCell& cellOf(ImageKind image, std::uint64_t chunk) {
        return m_maps[static_cast<std::size_t>(image)].of(chunk);
    }

    void countKnown(ImageKind image) {
        Composition& part = compositionOf(image);
        for (const ChunkRun& run : m_plan.zeroRuns(image)) {
            part.zero += run.length;
            for (std::uint64_t i = run.first; i < run.end(); ++i) ++cellOf(image, i).zero;
        }
        for (const OverlayPlan::Copy& copy : m_plan.copies(image)) {
            const bool ofDisk = m_sources.base.row().at(copy.source).image == ImageKind::disk;
            ++(ofDisk ? part.fromBaseDisk : part.fromBaseMemory);
            ++cellOf(image, copy.chunk).copied;
        }
    }

    void countData() {
        const auto& segments = m_plan.dataSegments();
        for (std::uint32_t i = 0; i < segments.size(); ++i) {
            for (const OverlayPlan::Repeat& repeat : m_plan.repeatsOf(i)) {
                ++compositionOf(repeat.image).repeats;
                ++cellOf(repeat.image, repeat.chunk).repeated;
            }
        }
    }

    // Segments lie in the plan by image and texture, so that evenly spaced ones stand for all.
    Result<void> weigh(std::stop_token stop) {
        const std::size_t segments = m_plan.dataSegments().size();
        const std::size_t samples = std::min(segments, kSamples);
        for (std::size_t i = 0; i < samples; ++i) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            TRY(weighFor(i * segments / samples, (i + 1) * segments / samples));
        }
        return {};
    }

    // Compresses the one in the middle of these.
    Result<void> weighFor(std::size_t first, std::size_t end) {
        const auto& segments = m_plan.dataSegments();
        const std::size_t middle = first + (end - first) / 2;
        const PackedSegment packed =
            TRY(pack({PackItem::Kind::data, {}, static_cast<std::uint32_t>(middle)}, m_sources));
        const std::span<const Entry> own =
            std::span(packed.segment.entries).first(packed.segment.chunkCount);
        const auto isDelta = [](const Entry& entry) { return entry.kind == Entry::Kind::delta; };
        const auto ofDelta = static_cast<std::uint64_t>(std::ranges::count_if(own, isDelta));
        for (std::size_t i = first; i < end; ++i) {
            Composition& part = compositionOf(segments[i].image);
            const std::uint64_t deltas = segments[i].count * ofDelta / own.size();
            part.delta += deltas;
            part.raw += segments[i].count - deltas;
            part.storedBytes += segments[i].count * packed.stored.size() / own.size();
            spread(segments[i], deltas);
        }
        return {};
    }

    // Which ones are the deltas nobody knows before all is packed: they are put evenly.
    void spread(const OverlayPlan::DataSegment& segment, std::uint64_t deltas) {
        std::uint64_t met = 0;
        for (const std::uint32_t chunk : m_plan.chunksOf(segment)) {
            MapCell& cell = cellOf(segment.image, chunk);
            const std::uint64_t before = met++ * deltas / segment.count;
            ++(met * deltas / segment.count > before ? cell.delta : cell.raw);
        }
    }

    const OverlayPlan& m_plan;
    PackSources m_sources;
    std::array<MapMaker, 2> m_maps{MapMaker(0), MapMaker(0)};
    OverlayEstimate m_result;
};

}  // namespace

Result<OverlayEstimate> estimateOverlay(const EncodeInput& input, Profile profile,
                                        std::stop_token stop) {
    Progress unseen;
    const OverlayPlan plan = TRY(planOverlay(input, {}, unseen, stop));
    return Estimate(input, plan, profile).run(stop);
}

}  // namespace cloudlet
