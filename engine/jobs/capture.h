// Copies aside what a running VM has changed in one image since its base, so that the guest
// stands still for a fraction of a second only: one pass while it runs takes most of the
// changes, a second one while it is paused takes the rest. One thread at a time.
#pragma once

#include <stop_token>

#include "engine/base/file.h"
#include "engine/base/mapped_file.h"
#include "engine/base/progress.h"
#include "engine/image/chunk_set.h"

namespace cloudlet {

class ImageCapture {
public:
    // `folder` receives a nameless sparse file of the image's size.
    // REQUIRES: base and running have the same size and stay open and unresized.
    static Result<ImageCapture> create(const File& base, const File& running,
                                       const fs::path& folder);

    // Compares the running image with what is known of it and copies the differences. After a
    // pass over a paused VM, image() holds each chunk of changed() as the VM has it.
    // `candidates`: the only chunks that may differ from the base, where that is known; the cost
    // then grows with them and not with the image. Advances `progress` by bytes compared.
    // Errors: noSpace, cancelled, I/O.
    Result<void> update(Progress& progress, std::stop_token stop,
                        const ChunkSet* candidates = nullptr);

    // Notes one chunk as the VM has it, for who learns of its content another way.
    Result<void> take(std::uint64_t index, ByteView chunk);

    const ChunkSet& changed() const { return m_changed; }
    // Valid at the chunks of changed() only; zero elsewhere.
    const File& image() const { return m_captured; }

private:
    struct Block;
    ImageCapture(const File& base, const File& running, File captured, MappedFile baseMap,
                 MappedFile runningMap, MappedFile capturedMap);
    Result<std::vector<Block>> blocksWithData() const;
    std::vector<Block> blocksWith(const ChunkSet& candidates) const;
    Result<std::vector<std::uint64_t>> captureBlock(Block block, const ChunkSet* candidates);

    const File* m_base;
    const File* m_running;
    File m_captured;
    MappedFile m_baseMap;
    MappedFile m_runningMap;
    MappedFile m_capturedMap;
    ChunkSet m_changed;
};

}  // namespace cloudlet
