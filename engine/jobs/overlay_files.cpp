#include "engine/jobs/overlay_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/image/ext4.h"
#include "engine/image/partitions.h"
#include "engine/jobs/opened_overlay.h"
#include "engine/overlay/image_view.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kMostChunks = std::uint64_t{1} << 28;
constexpr std::size_t kMostFileSystems = 8;

// The changed chunks of the disk; each can be claimed once.
class Changes {
public:
    static Result<Changes> of(const OverlayReader& overlay) {
        Changes changes;
        RunCursor zeros = overlay.zeroRuns(ImageKind::disk);
        while (const std::optional<ChunkRun> run = zeros.next()) changes.append(*run, 0);
        for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
            const Segment segment = overlay.segment(i);
            if (segment.kind == SegmentKind::state) continue;
            TRY(changes.append(segment));
        }
        return changes.sorted();
    }

    OverlayFiles::Share claim(Extent bytes) {
        OverlayFiles::Share share;
        const std::uint64_t first = bytes.offset / kChunkSize;
        const std::uint64_t end = (bytes.end() + kChunkSize - 1) / kChunkSize;
        auto run = std::partition_point(m_runs.begin(), m_runs.end(), [&](const Run& each) {
            return each.chunks.end() <= first;
        });
        for (; run != m_runs.end() && run->chunks.first < end; ++run) {
            const std::uint64_t last = std::min(end, run->chunks.end());
            for (std::uint64_t i = std::max(first, run->chunks.first); i < last; ++i) {
                const auto place = static_cast<std::size_t>(run->place + i - run->chunks.first);
                if (m_claimed[place]) continue;
                m_claimed[place] = true;
                ++share.chunks;
                share.storedBytes += run->bytes;
            }
        }
        return share;
    }

    OverlayFiles::Share rest() { return claim({0, UINT64_MAX / 2}); }

private:
    struct Run {
        ChunkRun chunks;
        std::uint64_t place = 0;  // of the first one in m_claimed
        std::uint64_t bytes = 0;  // that each takes in the overlay's file
    };

    void append(ChunkRun run, std::uint64_t bytes) {
        if (!m_runs.empty() && m_runs.back().chunks.end() == run.first &&
            m_runs.back().bytes == bytes) {
            m_runs.back().chunks.length += run.length;
        } else {
            m_runs.push_back({run, 0, bytes});
        }
    }

    // What is stored counts for the segment's own chunks: its repeats cost nothing. The bytes that
    // are left over when they share it go to the first ones, so that all of them are the segment's.
    Result<void> append(const Segment& segment) {
        if (m_runs.size() > kMostChunks / 16) return tooMany();
        const std::uint64_t own = std::max<std::uint64_t>(1, segment.chunkCount);
        const std::uint64_t each = segment.stored.length / own;
        const std::uint64_t left = segment.stored.length % own;
        for (std::size_t i = 0; i < segment.entries.size(); ++i) {
            const Entry& entry = segment.entries[i];
            if (entry.chunk.image != ImageKind::disk) continue;
            append({entry.chunk.index, 1}, i < segment.chunkCount ? each + (i < left ? 1 : 0) : 0);
        }
        return {};
    }

    Result<Changes> sorted() {
        std::sort(m_runs.begin(), m_runs.end(),
                  [](const Run& a, const Run& b) { return a.chunks.first < b.chunks.first; });
        std::uint64_t count = 0;
        for (Run& run : m_runs) {
            run.place = count;
            count += run.chunks.length;
            if (count > kMostChunks) return tooMany();
        }
        m_claimed.resize(count);
        return std::move(*this);
    }

    static Error tooMany() {
        return {ErrorCode::unsupported, "more than 1 TiB of the disk is changed"};
    }

    std::vector<Run> m_runs;  // sorted, disjoint
    std::vector<bool> m_claimed;
};

void add(OverlayFiles::Share& to, const OverlayFiles::Share& share) {
    to.chunks += share.chunks;
    to.storedBytes += share.storedBytes;
}

std::string nameOf(const Ext4& system, const Partition& partition) {
    std::string name = "ext4";
    if (!system.label().empty()) name += " \"" + escapeForTerminal(system.label()) + "\"";
    return partition.number == 0 ? name
                                 : name + " in partition " + std::to_string(partition.number);
}

// What a person would call the thing that is there instead.
std::string strangerAt(ImageView& disk, const Partition& partition) {
    Bytes start(4096);
    if (partition.place.length < start.size() || !disk.read(start, partition.place.offset))
        return "";
    const std::string_view text = asText(start);
    if (text.starts_with("XFSB")) return "XFS";
    if (text.substr(3, 8) == "NTFS    ") return "NTFS";
    if (text.starts_with("LUKS")) return "an encrypted volume";
    if (text.substr(512, 8) == "LABELONE") return "a logical volume";
    if (text.substr(1024, 4) == "\x10\x20\xf5\xf2") return "F2FS";
    constexpr std::uint64_t kBtrfsMagic = 0x10040;
    Bytes magic(8);
    if (partition.place.length > kBtrfsMagic + magic.size() &&
        disk.read(magic, partition.place.offset + kBtrfsMagic) && asText(magic) == "_BHRfS_M") {
        return "Btrfs";
    }
    return "";
}

class Search {
public:
    Search(ImageView& disk, Changes& changes, OverlayFiles& found, std::stop_token stop)
        : m_disk(disk), m_changes(changes), m_found(found), m_stop(std::move(stop)) {}

    Result<void> searchIn(const Partition& partition) {
        const auto read = [this](std::span<std::byte> into, std::uint64_t offset) {
            return m_disk.read(into, offset);
        };
        Result<Ext4> system = Ext4::open(read, partition.place);
        if (!system) {
            if (system.error().code == ErrorCode::notFound) {
                const std::string name = strangerAt(m_disk, partition);
                if (!name.empty()) m_found.unreadable = name + " cannot be read, only ext4";
                return {};
            }
            m_found.unreadable = system.error().message;
            return {};
        }
        const Result<void> visited =
            system->visit([this](const Ext4::Item& item) { take(item); }, m_stop);
        if (visited) {
            m_found.fileSystems.push_back(nameOf(*system, partition));
            return {};
        }
        if (visited.error().code == ErrorCode::cancelled) return visited;
        m_found.unreadable = visited.error().message;
        return {};
    }

private:
    void take(const Ext4::Item& item) {
        OverlayFiles::Share share;
        for (const Extent& piece : item.pieces) add(share, m_changes.claim(piece));
        if (share.chunks == 0) return;
        switch (item.kind) {
            case Ext4::Item::Kind::tables:
                add(m_found.tables, share);
                return;
            case Ext4::Item::Kind::journal:
                add(m_found.journal, share);
                return;
            default:
                add(m_found.inFiles, share);
                m_found.files.push_back({item.path, item.kind == Ext4::Item::Kind::folder,
                                         share.chunks, share.storedBytes});
        }
    }

    ImageView& m_disk;
    Changes& m_changes;
    OverlayFiles& m_found;
    std::stop_token m_stop;
};

}  // namespace

Result<OverlayFiles> findOverlayFiles(const OverlayReader& overlay, const BaseImages& base,
                                      Progress& progress, std::stop_token stop) {
    progress.beginStage("reading the guest's file system");
    TRY(overlay.checkBase(base));
    Changes changes = TRY(Changes::of(overlay));
    ImageView disk(overlay, base, ImageKind::disk);
    OverlayFiles found;
    Search search(disk, changes, found, stop);
    const auto read = [&](std::span<std::byte> into, std::uint64_t offset) {
        return disk.read(into, offset);
    };
    for (const Partition& partition : TRY(partitionsOf(read, disk.size()))) {
        if (found.fileSystems.size() < kMostFileSystems) TRY(search.searchIn(partition));
    }
    found.unowned = changes.rest();
    for (const auto* share : {&found.inFiles, &found.tables, &found.journal, &found.unowned}) {
        add(found.total, *share);
    }
    if (!found.fileSystems.empty()) {
        found.unreadable.clear();
    } else if (found.unreadable.empty()) {
        found.unreadable = "there is no ext4 file system on the guest's disk";
    }
    std::stable_sort(found.files.begin(), found.files.end(), [](const auto& a, const auto& b) {
        return std::pair(a.storedBytes, a.chunks) > std::pair(b.storedBytes, b.chunks);
    });
    return found;
}

Result<OverlayFiles> findOverlayFiles(const fs::path& overlay, Catalog& catalog, Progress& progress,
                                      std::stop_token stop) {
    const OpenedOverlay opened =
        TRY(OpenedOverlay::open(overlay, catalog, "looks into an overlay", progress, stop));
    return findOverlayFiles(opened.overlay(), opened.base(), progress, stop);
}

}  // namespace cloudlet
