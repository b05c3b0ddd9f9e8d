#include "engine/jobs/capture.h"

#include <algorithm>
#include <cstring>

#include "engine/base/parallel.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kBlockSize = 4 << 20;

// Marks the blocks of `image` that hold data.
Result<void> markData(const File& image, ChunkSet& blocks) {
    const std::uint64_t size = blocks.chunks() * kBlockSize;
    std::uint64_t offset = 0;
    while (const std::optional<Extent> data = TRY(image.nextData(offset))) {
        const std::uint64_t end = std::min(data->end(), size);
        for (std::uint64_t b = data->offset / kBlockSize; b * kBlockSize < end; ++b)
            blocks.insert(b);
        offset = data->end();
    }
    return {};
}

}  // namespace

struct ImageCapture::Block {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

ImageCapture::ImageCapture(const File& base, const File& running, File captured, MappedFile baseMap,
                           MappedFile runningMap, MappedFile capturedMap)
    : m_base(&base),
      m_running(&running),
      m_captured(std::move(captured)),
      m_baseMap(std::move(baseMap)),
      m_runningMap(std::move(runningMap)),
      m_capturedMap(std::move(capturedMap)),
      m_changed(chunkCount(m_runningMap.bytes().size())) {}

Result<ImageCapture> ImageCapture::create(const File& base, const File& running,
                                          const fs::path& folder) {
    const std::uint64_t size = TRY(running.size());
    CHECK(TRY(base.size()) == size && size % kChunkSize == 0);
    File captured = TRY(File::temporary(folder));
    TRY(captured.resize(size));
    MappedFile baseMap = TRY(MappedFile::map(base));
    MappedFile runningMap = TRY(MappedFile::map(running));
    MappedFile capturedMap = TRY(MappedFile::map(captured));
    return ImageCapture(base, running, std::move(captured), std::move(baseMap),
                        std::move(runningMap), std::move(capturedMap));
}

// What is a hole in both images is equal; only the rest is compared.
Result<std::vector<ImageCapture::Block>> ImageCapture::blocksWithData() const {
    const std::uint64_t size = m_runningMap.bytes().size();
    ChunkSet marked((size + kBlockSize - 1) / kBlockSize);
    TRY(markData(*m_base, marked));
    TRY(markData(*m_running, marked));
    TRY(markData(m_captured, marked));  // captured earlier, and now perhaps zero again
    std::vector<Block> blocks;
    for (std::uint64_t b = marked.next(0); b < marked.chunks(); b = marked.next(b + 1)) {
        blocks.push_back({b * kBlockSize, std::min(kBlockSize, size - b * kBlockSize)});
    }
    return blocks;
}

// Each chunk that was a candidate earlier is one now.
std::vector<ImageCapture::Block> ImageCapture::blocksWith(const ChunkSet& candidates) const {
    constexpr std::uint64_t kChunks = kBlockSize / kChunkSize;
    const std::uint64_t size = m_runningMap.bytes().size();
    std::vector<Block> blocks;
    std::uint64_t index = candidates.next(0);
    while (index < candidates.chunks()) {
        const std::uint64_t block = index / kChunks;
        blocks.push_back({block * kBlockSize, std::min(kBlockSize, size - block * kBlockSize)});
        const std::uint64_t following = (block + 1) * kChunks;
        index = following < candidates.chunks() ? candidates.next(following) : following;
    }
    return blocks;
}

Result<void> ImageCapture::update(Progress& progress, std::stop_token stop,
                                  const ChunkSet* candidates) {
    const std::vector<Block> blocks =
        candidates != nullptr ? blocksWith(*candidates) : TRY(blocksWithData());
    std::size_t following = 0;
    const auto next = [&]() -> Result<std::optional<Block>> {
        if (following == blocks.size()) return std::optional<Block>();
        return std::optional(blocks[following++]);
    };
    const auto work = [&](Block block) { return captureBlock(block, candidates); };
    std::vector<std::uint64_t> found;  // workers read m_changed until the end of the pass
    const auto sink = [&](std::vector<std::uint64_t> indices) -> Result<void> {
        found.insert(found.end(), indices.begin(), indices.end());
        progress.advance(kBlockSize);
        return {};
    };
    TRY(orderedPipeline<Block, std::vector<std::uint64_t>>(4 * coreCount(), next, work, sink,
                                                           stop));
    for (const std::uint64_t index : found) m_changed.insert(index);
    return {};
}

Result<void> ImageCapture::take(std::uint64_t index, ByteView chunk) {
    const std::uint64_t at = index * kChunkSize;
    if (!m_changed.contains(index)) {
        if (sameBytes(m_baseMap.bytes().subspan(at, kChunkSize), chunk)) return {};
        m_changed.insert(index);
        if (isAllZero(chunk)) return {};  // it is a hole
    }
    return m_captured.writeAt(chunk, at);
}

// The chunks of one block that differ from what is known, copied to the captured image in runs.
Result<std::vector<std::uint64_t>> ImageCapture::captureBlock(Block block,
                                                              const ChunkSet* candidates) {
    std::vector<std::uint64_t> differing;
    Bytes run;  // a private copy: the guest may go on writing
    const auto flush = [&]() -> Result<void> {
        if (run.empty()) return {};
        const std::uint64_t end = (differing.back() + 1) * kChunkSize;
        TRY(m_captured.writeAt(run, end - run.size()));
        run.clear();
        return {};
    };
    const ByteView running = m_runningMap.bytes();
    for (std::uint64_t at = block.offset; at < block.offset + block.length; at += kChunkSize) {
        const std::uint64_t index = at / kChunkSize;
        const ByteView known =
            m_changed.contains(index) ? m_capturedMap.bytes() : m_baseMap.bytes();
        const bool mayDiffer = candidates == nullptr || candidates->contains(index);
        if (!mayDiffer || std::memcmp(known.data() + at, running.data() + at, kChunkSize) == 0) {
            TRY(flush());
            continue;
        }
        const ByteView chunk = running.subspan(at, kChunkSize);
        run.insert(run.end(), chunk.begin(), chunk.end());
        differing.push_back(index);
    }
    TRY(flush());
    const Extent done{block.offset, block.length};
    m_runningMap.release(done);
    m_baseMap.release(done);
    m_capturedMap.release(done);
    return differing;
}

}  // namespace cloudlet
