// What an overlay will hold, decided before a byte of it is compressed: the outcome of the
// encoder's first pass. One thread builds it, any may read it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/file.h"
#include "engine/overlay/likeness.h"
#include "engine/overlay/run_cursor.h"
#include "engine/overlay/segment.h"
#include "engine/overlay/texture.h"

namespace cloudlet {

// What the first pass found out about one changed chunk.
struct Finding {
    enum class Kind : std::uint8_t { zero, copy, data };
    Kind kind = Kind::data;
    std::uint32_t index = 0;                // images have at most 2^32 chunks
    std::uint64_t source = 0;               // copy: place in the BaseRow
    std::uint64_t key = 0;                  // data: half of the fingerprint
    Texture texture = Texture::structured;  // data
    Likeness likeness = {};                 // data
};

// Finds an earlier chunk by the fingerprint of its content: 12 bytes a chunk, open addressing.
// Keeps to 50 MiB: when full, later chunks are just not found.
class ContentMap {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // The number put under `key`, or kNone. `put` replaces.
    std::uint32_t find(std::uint64_t key) const;
    void put(std::uint64_t key, std::uint32_t number);

private:
    std::size_t slotOf(std::uint64_t key) const;
    void grow();

    std::vector<std::uint64_t> m_keys;
    std::vector<std::uint32_t> m_numbers;
    std::size_t m_used = 0;
};

class OverlayPlan {
public:
    struct Copy {
        std::uint32_t chunk = 0;
        std::uint64_t source = 0;  // place in the BaseRow
    };
    // Chunk `chunk` of `image` equals the data chunk at `position` of data segment `segment`.
    struct Repeat {
        std::uint32_t segment = 0;  // until finish(): the number of the data chunk
        std::uint32_t chunk = 0;
        ImageKind image = ImageKind::disk;
        std::uint8_t position = 0;
    };
    // A group of at most kMostSegmentChunks chunks of one image: m_dataChunks[first ...].
    struct DataSegment {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
        ImageKind image = ImageKind::disk;
        Texture texture = Texture::structured;  // of the start set, which mixes them: the same
    };

    // REQUIRES: files that outlive the plan.
    OverlayPlan(const File& disk, const File& memory) : m_files{&disk, &memory} {}

    // Takes the changed chunks of an image in ascending order; of several images, each wholly
    // before the next. Reads a data chunk again to compare it with an earlier one that looks
    // equal. Errors: I/O; unsupported, if there are more changes than a table holds.
    Result<void> add(ImageKind image, const Finding& finding);
    // The same for a run of zero chunks, in ascending order among zero chunks only.
    void addZeros(ImageKind image, ChunkRun run);
    // To be called once after the last add(): cuts the data chunks into segments. Those that
    // `startSet` names or that equal one it names lead, in its order as far as segments of one
    // image allow, in segments of their own. Errors: unsupported, as add().
    Result<void> finish(std::span<const ChunkRef> startSet);

    const std::vector<ChunkRun>& zeroRuns(ImageKind image) const {
        return m_zeroRuns[static_cast<std::size_t>(image)];
    }
    const std::vector<Copy>& copies(ImageKind image) const {
        return m_copies[static_cast<std::size_t>(image)];
    }
    const std::vector<DataSegment>& dataSegments() const { return m_segments; }
    // How many of them, the first ones, are the start set.
    std::size_t startSegments() const { return m_startSegments; }
    std::span<const std::uint32_t> chunksOf(const DataSegment& segment) const {
        return std::span(m_dataChunks).subspan(segment.first, segment.count);
    }
    // Those of one data segment, by image, then chunk.
    std::span<const Repeat> repeatsOf(std::uint32_t segment) const;
    std::uint64_t dataChunks() const { return m_dataChunks.size(); }

private:
    // Data chunks are numbered as they come; those of an image have numbers in a row.
    struct Numbers {
        std::uint32_t first = 0;
        std::uint32_t end = 0;
    };
    // A segment while it is cut.
    struct Draft {
        ImageKind image = ImageKind::disk;
        Texture texture = Texture::structured;
        std::uint32_t repeats = 0;
        std::vector<std::uint32_t> numbers;
    };

    Result<void> addData(ImageKind image, const Finding& finding);
    Result<bool> equal(ChunkRef a, ChunkRef b);
    ChunkRef chunkOf(std::uint32_t number) const;
    std::optional<std::uint32_t> numberOf(ChunkRef chunk) const;
    std::vector<Draft> draftStartSet(std::span<const ChunkRef> startSet,
                                     std::vector<bool>& taken) const;
    std::vector<std::uint32_t> inOrderOfLikeness() const;
    void draftRest(ImageKind image, Texture texture, std::span<const std::uint32_t> order,
                   const std::vector<bool>& taken, std::vector<Draft>& drafts) const;
    bool fits(const Draft& draft, std::uint32_t number, std::size_t mostChunks) const;
    void put(Draft& draft, std::uint32_t number) const;
    void layOut(std::vector<Draft> drafts);

    std::array<const File*, 2> m_files;
    std::array<std::optional<std::uint64_t>, 2> m_sizes;  // of the files, once asked for
    std::array<std::vector<ChunkRun>, 2> m_zeroRuns;
    std::array<std::vector<Copy>, 2> m_copies;
    std::vector<std::uint32_t> m_dataChunks;    // by number; from finish() on, by segment
    std::vector<std::uint32_t> m_repeatCounts;  // by number
    std::vector<Texture> m_textures;            // by number
    std::vector<std::uint32_t> m_alike;         // by number: an earlier one that is alike, or kNone
    std::array<Numbers, 2> m_numbers;           // by ImageKind
    std::vector<Repeat> m_repeats;              // as they come; from finish() on, by segment
    std::vector<DataSegment> m_segments;
    std::size_t m_startSegments = 0;
    ContentMap m_byContent;
    LikenessMap m_byLikeness;
};

// Reads a chunk of an image file, filled with zeros where the file ends within it or before.
Result<void> readChunk(const File& file, std::uint64_t fileSize, std::uint64_t index,
                       std::span<std::byte> into);

}  // namespace cloudlet
