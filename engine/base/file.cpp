#include "engine/base/file.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace cloudlet {

void Fd::reset() {
    if (m_fd >= 0) ::close(m_fd);
    m_fd = -1;
}

Error systemError(int errorNumber, const std::string& action, const fs::path& path) {
    const auto code = [errorNumber] {
        switch (errorNumber) {
            case ENOENT:
                return ErrorCode::notFound;
            case EEXIST:
                return ErrorCode::exists;
            case EACCES:
            case EPERM:
            case EROFS:
                return ErrorCode::permission;
            case ENOSPC:
            case EDQUOT:
            case EFBIG:  // a limit on file sizes, of the user or the file system
                return ErrorCode::noSpace;
            case EBUSY:
            case ETXTBSY:
                return ErrorCode::inUse;
            default:
                return ErrorCode::failed;
        }
    }();
    return {code, "cannot " + action + " " + path.string() + ": " + std::strerror(errorNumber)};
}

namespace {

// The folder that holds `path`, also for a bare name.
fs::path folderOf(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool isDirectory(const fs::path& path) {
    std::error_code ignored;  // what cannot be examined fails with its reason at the next step
    return fs::is_directory(path, ignored);
}

}  // namespace

Result<File> File::open(const fs::path& path, Mode mode) {
    int flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (mode == Mode::read) flags |= O_RDONLY;
    if (mode == Mode::readWrite) flags |= O_RDWR;
    if (mode == Mode::createNew) flags |= O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    Fd fd(::open(path.c_str(), flags, 0600));
    if (!fd) return systemError(errno, mode == Mode::createNew ? "create" : "open", path);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return systemError(errno, "examine", path);
    if (!S_ISREG(info.st_mode)) {
        return Error{ErrorCode::invalid, path.string() + " is not a regular file"};
    }
    return File(std::move(fd), path);
}

Result<File> File::temporary(const fs::path& directory) {
    Fd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd) return File(std::move(fd), directory / "(temporary file)");
    if (errno != EOPNOTSUPP && errno != EISDIR) {
        return systemError(errno, "create a temporary file in", directory);
    }
    std::string name = (directory / ".cloudlet-XXXXXX").string();
    fd = Fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd) return systemError(errno, "create a temporary file in", directory);
    ::unlink(name.c_str());
    return File(std::move(fd), directory / "(temporary file)");
}

Result<std::uint64_t> File::size() const {
    struct stat info {};
    if (::fstat(fd(), &info) != 0) return systemError(errno, "examine", m_path);
    return static_cast<std::uint64_t>(info.st_size);
}

Result<std::uint64_t> File::allocatedBytes() const {
    struct stat info {};
    if (::fstat(fd(), &info) != 0) return systemError(errno, "examine", m_path);
    return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

Result<void> File::readAt(std::span<std::byte> into, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t n = ::pread(fd(), into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return systemError(errno, "read", m_path);
        if (n == 0) {
            return Error{ErrorCode::corrupt, m_path.string() + " ends at byte " +
                                                 std::to_string(offset + done) +
                                                 ", before its content does: it is truncated"};
        }
        done += static_cast<std::size_t>(n);
    }
    return {};
}

Result<void> File::writeAt(ByteView bytes, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::pwrite(fd(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return systemError(errno, "write", m_path);
        done += static_cast<std::size_t>(n);
    }
    return {};
}

Result<void> File::resize(std::uint64_t size) {
    if (::ftruncate(fd(), static_cast<off_t>(size)) != 0)
        return systemError(errno, "resize", m_path);
    return {};
}

Result<void> File::reserve() {
    const std::uint64_t length = TRY(size());
    if (length == 0 || ::fallocate(fd(), 0, 0, static_cast<off_t>(length)) == 0) return {};
    if (errno == EOPNOTSUPP) return {};
    return systemError(errno, "reserve space for", m_path);
}

Result<void> File::punchHole(Extent range) {
    if (range.length == 0) return {};
    if (::fallocate(fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(range.offset), static_cast<off_t>(range.length)) == 0) {
        return {};
    }
    if (errno != EOPNOTSUPP) return systemError(errno, "punch a hole in", m_path);
    const Bytes zeros(std::min<std::uint64_t>(range.length, 1 << 20));
    for (std::uint64_t at = range.offset; at < range.end(); at += zeros.size()) {
        const std::uint64_t left = std::min<std::uint64_t>(zeros.size(), range.end() - at);
        TRY(writeAt(ByteView(zeros).first(left), at));
    }
    return {};
}

Result<std::optional<Extent>> File::nextData(std::uint64_t offset) const {
    const off_t start = ::lseek(fd(), static_cast<off_t>(offset), SEEK_DATA);
    if (start < 0 && errno == ENXIO) return std::optional<Extent>();
    if (start < 0 && errno == EINVAL) {  // no SEEK_DATA here: all is data
        const std::uint64_t end = TRY(size());
        if (offset >= end) return std::optional<Extent>();
        return std::optional<Extent>({offset, end - offset});
    }
    if (start < 0) return systemError(errno, "find data in", m_path);
    const off_t end = ::lseek(fd(), start, SEEK_HOLE);
    if (end < 0) return systemError(errno, "find holes in", m_path);
    return std::optional<Extent>(
        {static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(end - start)});
}

Result<void> File::sync() {
    if (::fsync(fd()) != 0) return systemError(errno, "write to the device", m_path);
    return {};
}

AtomicFile::AtomicFile(File file, fs::path target)
    : m_file(std::move(file)), m_target(std::move(target)) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_file(std::move(other.m_file)),
      m_target(std::move(other.m_target)),
      m_pending(std::exchange(other.m_pending, false)) {}

AtomicFile::~AtomicFile() {
    if (m_pending) ::unlink(m_file.path().c_str());
}

Result<AtomicFile> AtomicFile::create(const fs::path& path) {
    struct stat info {};
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (!exists && errno != ENOENT) return systemError(errno, "create", path);
    // As root the rename would put a file in the place of a device, /dev/null for one.
    if (exists && !S_ISREG(info.st_mode)) {
        return Error{ErrorCode::invalid, path.string() + " is there and not a regular file"};
    }
    // Names may have 255 bytes: a long one is cut to leave room.
    const std::string part = "." + path.filename().string().substr(0, 200) + ".part-XXXXXX";
    std::string name = (folderOf(path) / part).string();
    // mkostemp makes the name; File::open checks and owns it.
    const int fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) return systemError(errno, "create", path);
    ::close(fd);
    Result<File> file = File::open(name, File::Mode::readWrite);
    if (!file) {
        ::unlink(name.c_str());
        return std::move(file).error();
    }
    return AtomicFile(std::move(file).value(), path);
}

Result<void> AtomicFile::commit() {
    TRY(m_file.sync());
    if (::rename(m_file.path().c_str(), m_target.c_str()) != 0) {
        return systemError(errno, "put in place", m_target);
    }
    m_pending = false;
    return syncDirectory(folderOf(m_target));
}

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent,
                                                      const std::string& prefix) {
    TRY(makeDirectories(parent));
    std::string name = (parent / (prefix + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
        return systemError(errno, "create a directory in", parent);
    return TemporaryDirectory(name);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : m_path(std::exchange(other.m_path, {})) {}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;  // nothing more can be done here; the start-up sweep tries again
    if (!m_path.empty()) fs::remove_all(m_path, ignored);
}

fs::path TemporaryDirectory::release() {
    return std::exchange(m_path, {});
}

Result<Bytes> readWholeFile(const fs::path& path, std::uint64_t limit) {
    const File file = TRY(File::open(path, File::Mode::read));
    const std::uint64_t size = TRY(file.size());
    if (size > limit) {
        return Error{ErrorCode::corrupt, path.string() + " is larger than the " +
                                             std::to_string(limit) + " bytes allowed for it"};
    }
    Bytes bytes(size);
    TRY(file.readAt(bytes, 0));
    return bytes;
}

Result<void> writeWholeFile(const fs::path& path, ByteView bytes) {
    AtomicFile out = TRY(AtomicFile::create(path));
    TRY(out.file().writeAt(bytes, 0));
    return out.commit();
}

Result<void> makeDirectories(const fs::path& path) {
    if (path.empty() || isDirectory(path)) return {};
    if (path.has_parent_path()) TRY(makeDirectories(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    const int error = errno;
    if (error == EEXIST && isDirectory(path)) return {};  // another one was faster
    return systemError(error, "create the directory", path);
}

Result<void> syncDirectory(const fs::path& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return systemError(errno, "open the directory", path);
    if (::fsync(fd.get()) != 0) return systemError(errno, "write to the device", path);
    return {};
}

Result<void> renameDurably(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return systemError(errno, "rename", from);
    TRY(syncDirectory(folderOf(to)));
    if (folderOf(from) != folderOf(to)) TRY(syncDirectory(folderOf(from)));
    return {};
}

Result<std::uint64_t> freeSpace(const fs::path& directory) {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0) {
        return systemError(errno, "read the free space of", directory);
    }
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

Result<void> copyRange(const File& from, Extent range, File& to, std::uint64_t offset,
                       Progress& progress, std::stop_token stop) {
    constexpr std::uint64_t kStep = 8 << 20;  // small enough to notice a cancel at once
    Bytes buffer;                             // only where the kernel cannot
    while (range.length > 0) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        const std::uint64_t step = std::min(range.length, kStep);
        auto in = static_cast<off_t>(range.offset);
        auto out = static_cast<off_t>(offset);
        ssize_t n = buffer.empty() ? ::copy_file_range(from.fd(), &in, to.fd(), &out, step, 0) : -1;
        if (n < 0 && buffer.empty() && errno == ENOSPC)
            return systemError(errno, "write", to.path());
        if (n <= 0) {
            buffer.resize(kStep);
            TRY(from.readAt(std::span(buffer).first(step), range.offset));
            TRY(to.writeAt(std::span(buffer).first(step), offset));
            n = static_cast<ssize_t>(step);
        }
        const auto copied = static_cast<std::uint64_t>(n);
        range = {range.offset + copied, range.length - copied};
        offset += copied;
        progress.advance(copied);
    }
    return {};
}

Result<void> copySparse(const File& from, File& to, Progress& progress, std::stop_token stop) {
    const std::uint64_t size = TRY(from.size());
    if (::ioctl(to.fd(), FICLONE, from.fd()) == 0) {
        progress.advance(TRY(from.allocatedBytes()));
        return {};
    }
    TRY(to.resize(size));
    std::uint64_t offset = 0;
    while (std::optional<Extent> extent = TRY(from.nextData(offset))) {
        if (extent->offset >= size) break;  // somebody makes it longer meanwhile
        extent->length = std::min(extent->length, size - extent->offset);
        TRY(copyRange(from, *extent, to, extent->offset, progress, stop));
        offset = extent->end();
    }
    return {};
}

}  // namespace cloudlet
