// A base VM's images as memory, and the index that finds their chunks by content: what encoding
// and decoding an overlay need of a base. Read-only; any thread.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <stop_token>

#include "engine/base/mapped_file.h"
#include "engine/image/base_vm.h"
#include "engine/image/chunk_index.h"
#include "engine/overlay/manifest.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

class BaseImages {
public:
    // The index is needed to encode only; without it, find() finds nothing.
    enum class Purpose : std::uint8_t { decode, encode };

    // A base VM of the catalog. Trusts the hashes of its description; an index that is missing
    // or damaged is built anew in a temporary directory, which reads both images.
    // Errors: corrupt, if a file has not the size that the description says; I/O.
    static Result<BaseImages> open(const BaseFiles& files, const BaseVm& vm, Purpose purpose,
                                   Progress& progress, std::stop_token stop);
    // Two image files of any size as a base without machine and state; either may be empty.
    // Reads both for their hashes, from which the base's id follows.
    static Result<BaseImages> openPlain(const fs::path& disk, const fs::path& memory,
                                        Purpose purpose, Progress& progress, std::stop_token stop);

    const OverlayBase& description() const { return m_description; }
    BaseRow row() const;
    const File& file(ImageKind image) const { return of(image).file; }
    ByteView image(ImageKind image) const { return of(image).mapped.bytes(); }
    ByteView state() const;
    // The chunk's bytes: fewer than kChunkSize at the end of the image, none past it.
    ByteView chunk(ChunkRef chunk) const;
    // Fills `into` from the chunk on, with zeros past the end of the image. By reading, so that
    // no mapped pages (and their neighbours, which the kernel maps along) add up. Errors: I/O.
    Result<void> read(ChunkRef chunk, std::span<std::byte> into) const;
    // A chunk that may have this content: compare before you believe.
    std::optional<ChunkRef> find(const Fingerprint& content) const;
    // Takes a range that will not be read again soon out of this process's memory.
    void release(ImageKind image, Extent range) const { of(image).mapped.release(range); }

private:
    struct Image {
        File file;
        MappedFile mapped;
    };

    BaseImages(Image disk, Image memory) : m_images{std::move(disk), std::move(memory)} {}
    static Result<Image> map(const fs::path& path);
    const Image& of(ImageKind image) const { return m_images[static_cast<std::size_t>(image)]; }
    Result<void> buildIndex(Progress& progress, std::stop_token stop);

    std::array<Image, 2> m_images;
    std::optional<MappedFile> m_state;
    std::optional<ChunkIndex> m_index;
    OverlayBase m_description;
};

}  // namespace cloudlet
