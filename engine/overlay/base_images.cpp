#include "engine/overlay/base_images.h"

#include <algorithm>

#include "engine/image/image_hash.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

// The id of two plain images: a base VM's is the hash of its description, these have none.
BaseId plainId(const Hash& disk, const Hash& memory) {
    ByteWriter writer;
    writer.append(asBytes("cloudlet plain base 1"));
    writer.append(disk.bytes);
    writer.append(memory.bytes);
    return {sha256(writer.bytes())};
}

Error wrongSize(const fs::path& path) {
    return {ErrorCode::corrupt, path.string() +
                                    " has not the size that its base VM says: verify the base "
                                    "or import it again"};
}

OverlayBase describe(const BaseVm& vm) {
    OverlayBase base;
    base.id = vm.id();
    base.name = vm.name;
    base.diskHash = vm.diskHash;
    base.memoryHash = vm.memoryHash;
    base.stateHash = vm.stateHash;
    base.diskSize = vm.diskSize;
    base.memorySize = vm.memorySize;
    base.stateSize = vm.stateSize;
    return base;
}

}  // namespace

Result<BaseImages::Image> BaseImages::map(const fs::path& path) {
    File file = TRY(File::open(path, File::Mode::read));
    MappedFile mapped = TRY(MappedFile::map(file));
    return Image{std::move(file), std::move(mapped)};
}

Result<BaseImages> BaseImages::open(const BaseFiles& files, const BaseVm& vm, Purpose purpose,
                                    Progress& progress, std::stop_token stop) {
    Image disk = TRY(map(files.disk()));
    Image memory = TRY(map(files.memory()));
    BaseImages base(std::move(disk), std::move(memory));
    base.m_description = describe(vm);
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        if (base.image(image).size() != vm.sizeOf(image)) return wrongSize(files.image(image));
    }
    if (vm.stateSize > 0) {
        const File state = TRY(File::open(files.state(), File::Mode::read));
        base.m_state.emplace(TRY(MappedFile::map(state)));
        if (base.state().size() != vm.stateSize) return wrongSize(files.state());
    }
    if (purpose == Purpose::decode) return base;
    Result<ChunkIndex> index = ChunkIndex::open(files.index(), vm.diskSize, vm.memorySize);
    if (index) {
        base.m_index.emplace(std::move(*index));
    } else {
        TRY(base.buildIndex(progress, stop));
    }
    return base;
}

Result<BaseImages> BaseImages::openPlain(const fs::path& disk, const fs::path& memory,
                                         Purpose purpose, Progress& progress,
                                         std::stop_token stop) {
    Image diskImage = TRY(map(disk));
    Image memoryImage = TRY(map(memory));
    BaseImages base(std::move(diskImage), std::move(memoryImage));
    OverlayBase& description = base.m_description;
    description.diskSize = base.image(ImageKind::disk).size();
    description.memorySize = base.image(ImageKind::memory).size();
    if (std::max(description.diskSize, description.memorySize) > kMostImageBytes) {
        return Error{ErrorCode::invalid, "a base image is larger than 16 TiB"};
    }
    progress.beginStage("hashing the base", description.diskSize + description.memorySize);
    description.diskHash = TRY(hashImage(base.file(ImageKind::disk), progress, stop));
    description.memoryHash = TRY(hashImage(base.file(ImageKind::memory), progress, stop));
    description.id = plainId(description.diskHash, description.memoryHash);
    if (purpose == Purpose::encode) TRY(base.buildIndex(progress, stop));
    return base;
}

Result<void> BaseImages::buildIndex(Progress& progress, std::stop_token stop) {
    progress.beginStage("indexing the base", m_description.diskSize + m_description.memorySize);
    const TemporaryDirectory folder =
        TRY(TemporaryDirectory::create(fs::temp_directory_path(), "cloudlet-index"));
    const fs::path path = folder.path() / "chunks.idx";
    TRY(ChunkIndex::build(file(ImageKind::disk), file(ImageKind::memory), path, progress, stop));
    m_index.emplace(TRY(ChunkIndex::open(path, m_description.diskSize, m_description.memorySize)));
    return {};  // the mapping outlives its file
}

BaseRow BaseImages::row() const {
    return {chunksCovering(m_description.diskSize), chunksCovering(m_description.memorySize)};
}

ByteView BaseImages::state() const {
    return m_state ? m_state->bytes() : ByteView();
}

ByteView BaseImages::chunk(ChunkRef chunk) const {
    const ByteView all = image(chunk.image);
    if (chunk.index >= chunksCovering(all.size())) return {};
    return all.subspan(chunk.offset(),
                       std::min<std::uint64_t>(kChunkSize, all.size() - chunk.offset()));
}

Result<void> BaseImages::read(ChunkRef chunk, std::span<std::byte> into) const {
    const std::uint64_t size = image(chunk.image).size();
    const std::uint64_t there = chunk.index >= chunksCovering(size)
                                    ? 0
                                    : std::min<std::uint64_t>(into.size(), size - chunk.offset());
    TRY(file(chunk.image).readAt(into.first(there), there == 0 ? 0 : chunk.offset()));
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(there), into.end(), std::byte{0});
    return {};
}

std::optional<ChunkRef> BaseImages::find(const Fingerprint& content) const {
    return m_index ? m_index->find(content) : std::nullopt;
}

}  // namespace cloudlet
