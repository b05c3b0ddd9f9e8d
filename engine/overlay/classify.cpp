#include "engine/overlay/classify.h"

#include <algorithm>

#include "engine/base/parallel.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kBlock = 1 << 20;    // bytes one task compares: stays in the cache
constexpr std::uint64_t kStride = 64 << 10;  // equal ranges are passed over in such steps

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

// Compares one block of an image. Its buffers are its thread's.
class BlockComparison {
public:
    BlockComparison(const ComparedImage& image, const BaseImages& base, Extent block)
        : m_image(image), m_base(base), m_block(block) {}

    Result<std::vector<Finding>> run() {
        thread_local Bytes buffer;
        buffer.resize(kBlock);
        m_bytes = std::span(buffer).first(m_block.length);
        TRY(m_image.file.readAt(std::span(buffer).first(m_block.length), m_block.offset));
        const ByteView all = m_base.image(m_image.kind);
        const std::uint64_t baseEnd = std::min<std::uint64_t>(all.size(), m_block.end());
        if (m_block.offset < baseEnd) {
            m_baseBytes = all.subspan(m_block.offset, baseEnd - m_block.offset);
        }
        for (std::uint64_t at = 0; at < m_block.length; at += kStride) {
            const std::uint64_t end = std::min(at + kStride, m_block.length);
            if (!equalsBase(at, end)) TRY(compareChunks(at, end));
        }
        m_base.release(m_image.kind, m_block);
        return std::move(m_findings);
    }

private:
    // Bytes [begin, end) of the block; the base is zero past its end.
    bool equalsBase(std::uint64_t begin, std::uint64_t end) const {
        const ByteView ours = m_bytes.subspan(begin, end - begin);
        const std::uint64_t from = std::min<std::uint64_t>(begin, m_baseBytes.size());
        const ByteView theirs =
            m_baseBytes.subspan(from, std::min<std::uint64_t>(end, m_baseBytes.size()) - from);
        return sameBytes(theirs, ours.first(theirs.size())) &&
               isAllZero(ours.subspan(theirs.size()));
    }

    Result<void> compareChunks(std::uint64_t begin, std::uint64_t end) {
        for (std::uint64_t at = begin; at < end; at += kChunkSize) {
            const std::uint64_t chunkEnd = std::min(at + kChunkSize, end);
            const std::uint64_t index = (m_block.offset + at) / kChunkSize;
            if (!mayDiffer(m_image.mayDiffer, index) || equalsBase(at, chunkEnd)) continue;
            m_findings.push_back(TRY(examine(index, m_bytes.subspan(at, chunkEnd - at))));
        }
        return {};
    }

    Result<Finding> examine(std::uint64_t index, ByteView bytes) {
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
        finding.texture = textureOf(bytes, m_base.chunk({m_image.kind, index}));
        return finding;
    }

    const ComparedImage& m_image;
    const BaseImages& m_base;
    Extent m_block;
    ByteView m_bytes;
    ByteView m_baseBytes;
    std::vector<Finding> m_findings;
};

}  // namespace

bool mayDiffer(const ChunkSet* set, std::uint64_t chunk) {
    return set == nullptr || chunk >= set->chunks() || set->contains(chunk);
}

bool mayDifferWithin(const ChunkSet* set, Extent block) {
    if (set == nullptr) return true;
    const std::uint64_t end = chunksCovering(block.end());
    return end > set->chunks() || set->next(block.offset / kChunkSize) < end;
}

Result<void> classify(const ComparedImage& image, const BaseImages& base,
                      const std::function<Result<void>(const Finding&)>& sink, Progress& progress,
                      std::stop_token stop) {
    const std::uint64_t size = TRY(image.file.size());
    DataWalk ours(image.file);
    DataWalk theirs(base.file(image.kind));
    std::uint64_t offset = 0;
    const auto next = [&]() -> Result<std::optional<Extent>> {
        while (offset < size) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            const Extent block{offset, std::min(kBlock, size - offset)};
            offset += block.length;
            progress.advance(block.length);
            if (!mayDifferWithin(image.mayDiffer, block)) continue;
            // Both are asked, so that each walk sees ascending offsets.
            const bool oursHolds = TRY(ours.holdsData(block));
            const bool theirsHolds = TRY(theirs.holdsData(block));
            if (oursHolds || theirsHolds) return std::optional(block);
        }
        return std::optional<Extent>();
    };
    const auto work = [&](Extent block) { return BlockComparison(image, base, block).run(); };
    const auto collect = [&](const std::vector<Finding>& findings) -> Result<void> {
        for (const Finding& finding : findings) TRY(sink(finding));
        return {};
    };
    return orderedPipeline<Extent, std::vector<Finding>>(4 * coreCount(), next, work, collect,
                                                         stop);
}

}  // namespace cloudlet
