#include "engine/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace cloudlet {

Result<MappedFile> MappedFile::map(const File& file) {
    const std::uint64_t size = TRY(file.size());
    if (size == 0) return MappedFile(nullptr, 0);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.fd(), 0);
    if (address == MAP_FAILED) return systemError(errno, "map", file.path());
    return MappedFile(static_cast<std::byte*>(address), size);
}

Result<std::optional<MappedFile>> MappedFile::mapLeased(const File& file) {
    // The signal says that somebody waits. SIGIO, the usual one, would end a program that does not
    // expect it; this one is ignored.
    const bool leased =
        ::fcntl(file.fd(), F_SETSIG, SIGURG) == 0 && ::fcntl(file.fd(), F_SETLEASE, F_RDLCK) == 0;
    if (!leased) return std::optional<MappedFile>();
    Result<MappedFile> mapped = map(file);
    if (!mapped) {
        ::fcntl(file.fd(), F_SETLEASE, F_UNLCK);
        return std::move(mapped).error();
    }
    mapped->m_leased = file.fd();
    return std::optional<MappedFile>(std::move(*mapped));
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_address(std::exchange(other.m_address, nullptr)),
      m_length(std::exchange(other.m_length, 0)),
      m_leased(std::exchange(other.m_leased, -1)) {}

MappedFile::~MappedFile() {
    if (m_address != nullptr) ::munmap(m_address, m_length);
    if (m_leased >= 0) ::fcntl(m_leased, F_SETLEASE, F_UNLCK);
}

void MappedFile::release(Extent range) const {
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t begin = range.offset / kPage * kPage;
    const std::uint64_t end = std::min<std::uint64_t>(range.end(), m_length);
    if (begin < end) ::madvise(m_address + begin, end - begin, MADV_DONTNEED);
}

}  // namespace cloudlet
