#include "engine/overlay/classify.h"

#include <algorithm>
#include <bitset>

#include "engine/base/parallel.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

// Bytes that are read and compared at once: they stay in the cache.
constexpr std::uint64_t kStride = 64 << 10;
// A task: much more work than waking a thread for it.
constexpr std::size_t kStrides = 16;
constexpr std::uint64_t kBlock = kStrides * kStride;

// What is mapped is let go of in steps: each interrupts all cores.
constexpr std::uint64_t kReleased = 16 << 20;

struct Block {
    Extent range;
    // Whether each side holds data in a stride: where not, it is zero.
    std::bitset<kStrides> ours;
    std::bitset<kStrides> theirs;

    Extent stride(std::size_t number) const {
        const std::uint64_t offset = range.offset + number * kStride;
        return {offset, std::min(kStride, range.end() - offset)};
    }
    std::size_t strides() const {
        return static_cast<std::size_t>((range.length + kStride - 1) / kStride);
    }
};

// The extents of data of a file, asked for in ascending order.
class DataWalk {
public:
    explicit DataWalk(const File& file) : m_file(file) {}

    // Whether a range holds data. Errors: I/O.
    Result<bool> holdsData(Extent range) {
        if (!m_asked || (m_data && m_data->end() <= range.offset)) {
            m_data = TRY(m_file.nextData(range.offset));
            m_asked = true;
        }
        return m_data && m_data->offset < range.end();
    }

private:
    const File& m_file;
    std::optional<Extent> m_data;
    bool m_asked = false;
};

// Compares one block of an image. Both sides are looked at where they are mapped, at half the cost
// of reading them; an image that others may cut short is read.
class BlockComparison {
public:
    // `mapped`: the image; nullptr if it has to be read.
    BlockComparison(const ComparedImage& image, const MappedFile* mapped, const BaseImages& base,
                    const Block& block)
        : m_image(image), m_mapped(mapped), m_base(base), m_block(block) {}

    Result<std::vector<Finding>> run() {
        for (std::size_t i = 0; i < m_block.strides(); ++i) {
            if (m_block.ours[i] || m_block.theirs[i]) TRY(compareStride(i));
        }
        return std::move(m_findings);
    }

private:
    Result<void> compareStride(std::size_t number) {
        thread_local std::array<Bytes, 2> rooms{Bytes(kStride), Bytes(kStride)};
        static const Bytes zeros(kStride);
        const Extent range = m_block.stride(number);
        if (!mayDifferWithin(m_image.mayDiffer, range)) return {};
        m_ours = m_theirs = ByteView(zeros).first(range.length);
        if (m_block.theirs[number]) m_theirs = TRY(baseBytes(range, rooms[0]));
        if (m_block.ours[number]) m_ours = TRY(ourBytes(range, rooms[1]));
        if (equalsBase(0, range.length)) return {};
        for (std::uint64_t at = 0; at < range.length; at += kChunkSize) {
            const std::uint64_t end = std::min(at + kChunkSize, range.length);
            const std::uint64_t index = (range.offset + at) / kChunkSize;
            if (!mayDiffer(m_image.mayDiffer, index) || equalsBase(at, end)) continue;
            m_findings.push_back(TRY(examine(index, at, end)));
        }
        return {};
    }

    Result<ByteView> ourBytes(Extent range, Bytes& room) const {
        if (m_mapped != nullptr) return m_mapped->bytes().subspan(range.offset, range.length);
        const std::span<std::byte> part = std::span(room).first(range.length);
        TRY(m_image.file.readAt(part, range.offset));
        return ByteView(part);
    }

    // Where the base ends within the range, a copy in `room` with zeros behind.
    Result<ByteView> baseBytes(Extent range, Bytes& room) const {
        const ByteView all = m_base.image(m_image.kind);
        if (range.end() <= all.size()) return all.subspan(range.offset, range.length);
        const std::span<std::byte> part = std::span(room).first(range.length);
        TRY(m_base.read({m_image.kind, range.offset / kChunkSize}, part));
        return ByteView(part);
    }

    // Bytes [begin, end) of the stride.
    bool equalsBase(std::uint64_t begin, std::uint64_t end) const {
        return sameBytes(m_ours.subspan(begin, end - begin), m_theirs.subspan(begin, end - begin));
    }

    // Chunk `index`, bytes [begin, end) of the stride.
    Result<Finding> examine(std::uint64_t index, std::uint64_t begin, std::uint64_t end) {
        ByteView bytes = m_ours.subspan(begin, end - begin);
        Finding finding;
        finding.index = static_cast<std::uint32_t>(index);
        if (isAllZero(bytes)) {
            finding.kind = Finding::Kind::zero;
            return finding;
        }
        std::array<std::byte, kChunkSize> padded{};  // the last chunk of an image may be cut
        if (bytes.size() < kChunkSize) {
            std::copy(bytes.begin(), bytes.end(), padded.begin());
            bytes = padded;
        }
        const Fingerprint print = fingerprint(bytes);
        finding.key = print.low;
        if (const std::optional<ChunkRef> candidate = m_base.find(print)) {
            std::array<std::byte, kChunkSize> content;
            TRY(m_base.read(*candidate, content));
            if (sameBytes(content, bytes)) {
                finding.kind = Finding::Kind::copy;
                finding.source = m_base.row().place(*candidate);
                return finding;
            }
        }
        finding.texture = textureOf(bytes, m_theirs.subspan(begin, end - begin));
        finding.likeness = likenessOf(bytes);
        return finding;
    }

    const ComparedImage& m_image;
    const MappedFile* m_mapped;
    const BaseImages& m_base;
    Block m_block;
    ByteView m_ours;  // of the stride at hand
    ByteView m_theirs;
    std::vector<Finding> m_findings;
};

}  // namespace

bool mayDiffer(const ChunkSet* set, std::uint64_t chunk) {
    return set == nullptr || chunk >= set->chunks() || set->contains(chunk);
}

bool mayDifferWithin(const ChunkSet* set, Extent block) {
    if (set == nullptr) return true;
    const std::uint64_t end = chunksCovering(block.end());
    return end > set->chunks() || set->next(block.offset / kChunkSize, end) < end;
}

Result<void> classify(const ComparedImage& image, const BaseImages& base,
                      const std::function<Result<void>(const Finding&)>& sink, Progress& progress,
                      std::stop_token stop) {
    const std::optional<MappedFile> mapped = TRY(MappedFile::mapLeased(image.file));
    const std::uint64_t size = TRY(image.file.size());
    DataWalk ours(image.file);
    DataWalk theirs(base.file(image.kind));
    std::uint64_t offset = 0;
    std::uint64_t released = 0;
    const auto next = [&]() -> Result<std::optional<Block>> {
        while (offset < size) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            Block block{{offset, std::min(kBlock, size - offset)}, {}, {}};
            offset += block.range.length;
            progress.advance(block.range.length);
            if (!mayDifferWithin(image.mayDiffer, block.range)) continue;
            for (std::size_t i = 0; i < block.strides(); ++i) {
                block.ours[i] = TRY(ours.holdsData(block.stride(i)));
                block.theirs[i] = TRY(theirs.holdsData(block.stride(i)));
            }
            if (offset - released >= kReleased) {
                const Extent done{released, offset - released - kReleased / 2};
                base.release(image.kind, done);
                if (mapped) mapped->release(done);
                released = offset - kReleased / 2;
            }
            if (block.ours.any() || block.theirs.any()) return std::optional(block);
        }
        return std::optional<Block>();
    };
    const auto work = [&](const Block& block) {
        return BlockComparison(image, mapped ? &*mapped : nullptr, base, block).run();
    };
    const auto collect = [&](const std::vector<Finding>& findings) -> Result<void> {
        for (const Finding& finding : findings) TRY(sink(finding));
        return {};
    };
    TRY((orderedPipeline<Block, std::vector<Finding>>(4 * coreCount(), next, work, collect, stop)));
    base.release(image.kind, {0, size});
    return {};
}

}  // namespace cloudlet
