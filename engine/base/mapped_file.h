// A regular file seen as memory, read-only. Any thread. A file cut short by someone else while
// it is mapped raises SIGBUS on access: map only files that this program guards.
#pragma once

#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/file.h"
#include "engine/base/result.h"

namespace cloudlet {

class MappedFile {
public:
    static Result<MappedFile> map(const File& file);
    // A file that is not this program's, by a lease: whoever wants to open it for writing or to
    // cut it short waits until this is destroyed, or for the kernel's lease-break-time, 45 seconds.
    // nullopt where that cannot be had: it is open for writing, it belongs to another user, its
    // file system knows no leases. REQUIRES: `file` outlives this.
    static Result<std::optional<MappedFile>> mapLeased(const File& file);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;

    ByteView bytes() const { return {m_address, m_length}; }
    // Lets go of the pages of a range that will not be read again soon: they leave this
    // process's resident set and stay in the page cache.
    void release(Extent range) const;

private:
    MappedFile(std::byte* address, std::size_t length) : m_address(address), m_length(length) {}

    std::byte* m_address = nullptr;
    std::size_t m_length = 0;
    int m_leased = -1;  // the descriptor that holds the lease
};

}  // namespace cloudlet
