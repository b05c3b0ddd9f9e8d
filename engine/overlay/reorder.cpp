#include "engine/overlay/reorder.h"

#include <algorithm>
#include <mutex>

#include "engine/base/parallel.h"
#include "engine/overlay/assemble.h"
#include "engine/overlay/compare.h"
#include "engine/overlay/limits.h"
#include "engine/overlay/replay.h"

namespace cloudlet {

namespace {

// The chunks of an overlay, unpacked into nameless files at their places in the images; of
// everything else these files are holes.
class Unpacked {
public:
    static Result<Unpacked> create(const OverlayReader& overlay, const fs::path& folder) {
        File disk = TRY(File::temporary(folder));
        File memory = TRY(File::temporary(folder));
        Unpacked unpacked(overlay, std::move(disk), std::move(memory));
        TRY(unpacked.m_disk.resize(overlay.manifest().diskSize));
        TRY(unpacked.m_memory.resize(overlay.manifest().memorySize));
        return unpacked;
    }

    Result<void> fill(const OverlayReader& overlay, const BaseImages& base, Progress& progress,
                      std::stop_token stop) {
        std::mutex mutex;  // guards the findings and the sets
        const auto unpack = [&](std::size_t index) -> Result<void> {
            if (overlay.segment(index).kind == SegmentKind::state) return {};
            const DecodedSegment decoded = TRY(overlay.decode(index, base));
            TRY(placeSegment(decoded, overlay.manifest(), {m_disk, m_memory}));
            progress.advance(decoded.segment.stored.length);
            const std::vector<Finding> findings = findingsOf(decoded, base);
            const std::lock_guard lock(mutex);
            for (std::size_t i = 0; i < findings.size(); ++i) {
                note(decoded.segment.entries[i], findings[i]);
            }
            return {};
        };
        TRY(parallelFor(overlay.segmentCount(), unpack, stop, kMostDecoders));
        for (std::vector<Finding>& findings : m_findings) {
            std::sort(findings.begin(), findings.end(),
                      [](const Finding& a, const Finding& b) { return a.index < b.index; });
        }
        return {};
    }

    Result<OverlayPlan> plan(const OverlayReader& overlay, std::span<const ChunkRef> startSet) {
        OverlayPlan plan(m_disk, m_memory);
        for (const ImageKind image : {ImageKind::memory, ImageKind::disk}) {
            const auto at = static_cast<std::size_t>(image);
            RunCursor zeros = overlay.zeroRuns(image);
            while (const std::optional<ChunkRun> run = zeros.next()) {
                plan.addZeros(image, *run);
                for (std::uint64_t i = run->first; i < run->end(); ++i) m_held[at].insert(i);
            }
            for (const Finding& finding : m_findings[at]) TRY(plan.add(image, finding));
            m_findings[at] = {};
        }
        TRY(plan.finish(startSet));
        return plan;
    }

    const File& disk() const { return m_disk; }
    const File& memory() const { return m_memory; }
    OriginalImages originals() const { return {m_disk, m_memory, &m_held[0], &m_held[1]}; }

private:
    Unpacked(const OverlayReader& overlay, File disk, File memory)
        : m_disk(std::move(disk)),
          m_memory(std::move(memory)),
          m_held{ChunkSet(chunksCovering(overlay.manifest().diskSize)),
                 ChunkSet(chunksCovering(overlay.manifest().memorySize))} {}

    // What the encoder's first pass found out about the chunks of a segment.
    static std::vector<Finding> findingsOf(const DecodedSegment& decoded, const BaseImages& base) {
        std::vector<Finding> findings;
        for (const Entry& entry : decoded.segment.entries) {
            const ByteView bytes = decoded.bytesOf(entry);
            Finding finding;
            finding.index = static_cast<std::uint32_t>(entry.chunk.index);
            if (entry.kind == Entry::Kind::copy) {
                finding.kind = Finding::Kind::copy;
                finding.source = base.row().place(entry.source);
            } else {
                finding.key = fingerprint(bytes).low;
                finding.texture = textureOf(bytes, base.chunk(entry.chunk));
                finding.likeness = likenessOf(bytes);
            }
            findings.push_back(finding);
        }
        return findings;
    }

    void note(const Entry& entry, const Finding& finding) {
        const auto at = static_cast<std::size_t>(entry.chunk.image);
        m_findings[at].push_back(finding);
        m_held[at].insert(entry.chunk.index);
    }

    File m_disk;
    File m_memory;
    std::array<std::vector<Finding>, 2> m_findings;  // by ImageKind
    std::array<ChunkSet, 2> m_held;
};

// Compares what the new file gives with what the old one gave.
Result<void> check(const fs::path& file, const BaseImages& base, const Unpacked& unpacked,
                   const Bytes& state, Progress& progress, std::stop_token stop) {
    FileSource source = TRY(FileSource::open(file));
    const OverlayReader rewritten = TRY(OverlayReader::open(source));
    TRY(compareReplay(rewritten, base, unpacked.originals(), progress, stop));
    if (state.empty() || TRY(rewritten.state(base)) == state) return {};
    return Error{ErrorCode::corrupt, "the rewritten overlay gives another device state"};
}

// As asked for, or as the overlay was made.
Profile profileOf(const Manifest& manifest, const EncodeOptions& options) {
    if (options.profile) return *options.profile;
    const Result<Profile> before = parseProfile(manifest.profile);
    return before ? *before : Profile::balanced;
}

}  // namespace

Result<OverlaySummary> reorderOverlay(const OverlayReader& overlay, const BaseImages& base,
                                      const EncodeOptions& options, const fs::path& out,
                                      Progress& progress, std::stop_token stop) {
    TRY(overlay.checkBase(base));
    progress.beginStage("unpacking the overlay",
                        overlay.header().fileLength - overlay.header().payloadOffset());
    const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
    Unpacked unpacked = TRY(Unpacked::create(overlay, folder));
    TRY(unpacked.fill(overlay, base, progress, stop));
    const OverlayPlan plan = TRY(unpacked.plan(overlay, options.startSet));
    Bytes state;
    if (overlay.manifest().state) state = TRY(overlay.state(base));
    const Profile profile = profileOf(overlay.manifest(), options);
    const PackSources sources{base,
                              unpacked.disk(),
                              unpacked.memory(),
                              state,
                              plan,
                              Compression::of(profile, options.codec)};
    Manifest manifest = overlay.manifest();
    manifest.creator = kOverlayCreator;
    manifest.profile = toString(profile);
    const AssembleTarget target{out, [&](const fs::path& file) {
                                    return check(file, base, unpacked, state, progress, stop);
                                }};
    return assembleOverlay(sources, std::move(manifest), target, progress, stop);
}

}  // namespace cloudlet
