#include "engine/overlay/chunk_source.h"

namespace cloudlet {

Result<FileSource> FileSource::open(const fs::path& path) {
    return FileSource(TRY(File::open(path, File::Mode::read)));
}

Result<void> FileSource::read(std::span<std::byte> into, std::uint64_t offset) {
    return m_file.readAt(into, offset);
}

Result<std::uint64_t> FileSource::size() {
    return m_file.size();
}

std::string FileSource::name() const {
    return m_file.path().string();
}

}  // namespace cloudlet
