#include "engine/base/mapped_file.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace cloudlet {

Result<MappedFile> MappedFile::map(const File& file) {
    const std::uint64_t size = TRY(file.size());
    if (size == 0) return MappedFile(nullptr, 0);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd(), 0);
    if (address == MAP_FAILED) return systemError(errno, "map", file.path());
    return MappedFile(static_cast<std::byte*>(address), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_address(std::exchange(other.m_address, nullptr)),
      m_length(std::exchange(other.m_length, 0)) {}

MappedFile::~MappedFile() {
    if (m_address != nullptr) ::munmap(m_address, m_length);
}

void MappedFile::release(Extent range) const {
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t begin = range.offset / kPage * kPage;
    const std::uint64_t end = std::min<std::uint64_t>(range.end(), m_length);
    if (begin < end) ::madvise(m_address + begin, end - begin, MADV_DONTNEED);
}

}  // namespace cloudlet
