// Files: whole reads and writes at offsets, holes, durable replacement. Every error names the
// file. Reads and writes at offsets are safe from several threads on one File; the rest is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/fd.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

namespace cloudlet {

namespace fs = std::filesystem;

// errno as an Error: "cannot ACTION PATH: reason", with the code that fits.
Error systemError(int errorNumber, const std::string& action, const fs::path& path);

// A run of bytes of a file.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t end() const { return offset + length; }
};

class File {
public:
    enum class Mode {
        read,       // must exist and be a regular file
        readWrite,  // must exist and be a regular file
        createNew,  // must not exist; mode 0600
    };

    // Never blocks on a FIFO or device: anything but a regular file is refused (invalid).
    static Result<File> open(const fs::path& path, Mode mode);
    // A nameless file in `directory`, gone when closed.
    static Result<File> temporary(const fs::path& directory);

    const fs::path& path() const { return m_path; }
    int fd() const { return m_fd.get(); }

    Result<std::uint64_t> size() const;
    Result<std::uint64_t> allocatedBytes() const;
    // Fills `into` from `offset`. Errors: corrupt, if the file ends before.
    Result<void> readAt(std::span<std::byte> into, std::uint64_t offset) const;
    Result<void> writeAt(ByteView bytes, std::uint64_t offset);
    Result<void> resize(std::uint64_t size);
    // Blocks for all of the file, so that writing to its holes cannot run out of space. Holes
    // stay holes to nextData(). A file system that cannot do it is no error.
    Result<void> reserve();
    // Makes the range read as zero and frees its blocks.
    Result<void> punchHole(Extent range);
    // The first run of data at or after `offset`; nullopt if only a hole follows.
    Result<std::optional<Extent>> nextData(std::uint64_t offset) const;
    // Data and metadata on the device. An error is final: the file's content is unknown.
    Result<void> sync();

private:
    File(Fd fd, fs::path path) : m_fd(std::move(fd)), m_path(std::move(path)) {}

    Fd m_fd;
    fs::path m_path;
};

// A file that becomes visible at its path only when complete: written beside it, then synced
// and renamed by commit(). Destroyed before that, it leaves nothing.
class AtomicFile {
public:
    // Errors: invalid, if something that is no regular file is at the path.
    static Result<AtomicFile> create(const fs::path& path);
    ~AtomicFile();
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;

    File& file() { return m_file; }
    // Replaces what is at the path. Durable when it returns.
    Result<void> commit();

private:
    AtomicFile(File file, fs::path target);

    File m_file;
    fs::path m_target;
    bool m_pending = true;
};

// A directory of mode 0700 that is removed with all it holds.
class TemporaryDirectory {
public:
    // Named PREFIX-XXXXXX inside `parent`, which is made if missing.
    static Result<TemporaryDirectory> create(const fs::path& parent, const std::string& prefix);
    ~TemporaryDirectory();
    TemporaryDirectory(TemporaryDirectory&& other) noexcept;
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

    const fs::path& path() const { return m_path; }
    // Gives the directory up: it stays.
    fs::path release();

private:
    explicit TemporaryDirectory(fs::path path) : m_path(std::move(path)) {}

    fs::path m_path;
};

// Errors: corrupt, if the file is larger than `limit` bytes.
Result<Bytes> readWholeFile(const fs::path& path, std::uint64_t limit);
// Through an AtomicFile.
Result<void> writeWholeFile(const fs::path& path, ByteView bytes);

Result<void> makeDirectories(const fs::path& path);  // mode 0700 where it makes one
Result<void> syncDirectory(const fs::path& path);
// rename, then both parent directories synced.
Result<void> renameDurably(const fs::path& from, const fs::path& to);
Result<std::uint64_t> freeSpace(const fs::path& directory);  // bytes usable by this user

// Copies a range of bytes to `offset` of another file, in the kernel where it can, advancing
// `progress` by each. Errors: corrupt, if `from` ends within it; noSpace, cancelled, I/O.
Result<void> copyRange(const File& from, Extent range, File& to, std::uint64_t offset,
                       Progress& progress, std::stop_token stop);

// Copies `from` into the empty file `to` with its holes (and its blocks shared where the file
// system can), advancing `progress` by bytes of data. If `from` changes meanwhile, the copy has
// its size at the beginning and some mixture of content. Errors: noSpace, cancelled, I/O.
Result<void> copySparse(const File& from, File& to, Progress& progress, std::stop_token stop);

}  // namespace cloudlet
