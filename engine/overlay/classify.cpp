#include "engine/overlay/classify.h"

#include <algorithm>

#include "engine/base/parallel.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kBlock = 256
                                 << 10;  // bytes one task compares: both sides stay in the cache
constexpr std::uint64_t kStride = 64 << 10;  // equal ranges are passed over in such steps

struct Block {
    Extent range;
    bool ours = false;  // whether each side holds data there: where not, it is zero
    bool theirs = false;
};

// The extents of data of a file, asked for in ascending order.
class DataWalk {
public:
    explicit DataWalk(const File& file) : m_file(file) {}

    // Whether a block holds data. Errors: I/O.
    Result<bool> holdsData(Extent block) {
        if (!m_asked || (m_data && m_data->end() <= block.offset)) {
            m_data = TRY(m_file.nextData(block.offset));
            m_asked = true;
        }
        return m_data && m_data->offset < block.end();
    }

private:
    const File& m_file;
    std::optional<Extent> m_data;
    bool m_asked = false;
};

// Compares one block of an image. Its buffers are its thread's. Reads both sides, as mapping the
// base would cost more in page faults than copying does.
class BlockComparison {
public:
    BlockComparison(const ComparedImage& image, const BaseImages& base, const Block& block)
        : m_image(image), m_base(base), m_block(block), m_range(block.range) {}

    Result<std::vector<Finding>> run() {
        thread_local std::array<Bytes, 2> buffers{Bytes(kBlock), Bytes(kBlock)};
        static const Bytes zeros(kBlock);
        const std::span<std::byte> ours = std::span(buffers[0]).first(m_range.length);
        const std::span<std::byte> theirs = std::span(buffers[1]).first(m_range.length);
        const ChunkRef first{m_image.kind, m_range.offset / kChunkSize};
        if (m_block.ours) TRY(m_image.file.readAt(ours, m_range.offset));
        if (m_block.theirs) TRY(m_base.read(first, theirs));
        m_ours = m_block.ours ? ByteView(ours) : ByteView(zeros).first(m_range.length);
        m_theirs = m_block.theirs ? ByteView(theirs) : ByteView(zeros).first(m_range.length);
        for (std::uint64_t at = 0; at < m_range.length; at += kStride) {
            const std::uint64_t end = std::min(at + kStride, m_range.length);
            if (!equalsBase(at, end)) TRY(compareChunks(at, end));
        }
        return std::move(m_findings);
    }

private:
    // Bytes [begin, end) of the block; the base is zero past its end.
    bool equalsBase(std::uint64_t begin, std::uint64_t end) const {
        return sameBytes(m_ours.subspan(begin, end - begin), m_theirs.subspan(begin, end - begin));
    }

    Result<void> compareChunks(std::uint64_t begin, std::uint64_t end) {
        for (std::uint64_t at = begin; at < end; at += kChunkSize) {
            const std::uint64_t chunkEnd = std::min(at + kChunkSize, end);
            const std::uint64_t index = (m_range.offset + at) / kChunkSize;
            if (!mayDiffer(m_image.mayDiffer, index) || equalsBase(at, chunkEnd)) continue;
            m_findings.push_back(TRY(examine(index, at, chunkEnd)));
        }
        return {};
    }

    // Chunk `index`, bytes [begin, end) of the block.
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
    const BaseImages& m_base;
    Block m_block;
    Extent m_range;
    ByteView m_ours;
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
    const std::uint64_t size = TRY(image.file.size());
    DataWalk ours(image.file);
    DataWalk theirs(base.file(image.kind));
    std::uint64_t offset = 0;
    const auto next = [&]() -> Result<std::optional<Block>> {
        while (offset < size) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            Block block{{offset, std::min(kBlock, size - offset)}};
            offset += block.range.length;
            progress.advance(block.range.length);
            if (!mayDifferWithin(image.mayDiffer, block.range)) continue;
            block.ours = TRY(ours.holdsData(block.range));
            block.theirs = TRY(theirs.holdsData(block.range));
            if (block.ours || block.theirs) return std::optional(block);
        }
        return std::optional<Block>();
    };
    const auto work = [&](const Block& block) { return BlockComparison(image, base, block).run(); };
    const auto collect = [&](const std::vector<Finding>& findings) -> Result<void> {
        for (const Finding& finding : findings) TRY(sink(finding));
        return {};
    };
    return orderedPipeline<Block, std::vector<Finding>>(4 * coreCount(), next, work, collect, stop);
}

}  // namespace cloudlet
