#include "cloudletfs/file_system.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cloudletfs/fuse.h"

namespace cloudlet {

namespace {

constexpr fuse_ino_t kDisk = FUSE_ROOT_ID + 1;
constexpr fuse_ino_t kMemory = FUSE_ROOT_ID + 2;
constexpr double kForever = 1e6;  // seconds: names and attributes never change
// Page faults and read-ahead that may wait at one time: the kernel holds back all others beyond
// it (12 by default), also those of chunks that are here.
constexpr unsigned kMostBackground = 1024;

FileSystem& self(fuse_req_t request) {
    return *static_cast<FileSystem*>(fuse_req_userdata(request));
}

class FuseAnswer final : public Answer {
public:
    enum class Kind { data, change };

    FuseAnswer(fuse_req_t request, Kind kind)
        : m_request(request), m_kind(kind), m_asker(fuse_req_ctx(request)->pid) {
        fuse_req_interrupt_func(
            request, [](fuse_req_t r, void*) { self(r).interrupted(); }, nullptr);
    }
    // A reply that fails concerns a request that the kernel has given up.
    void bytes(ByteView content) override {
        fuse_reply_buf(m_request, reinterpret_cast<const char*>(content.data()), content.size());
    }
    void done(std::size_t size) override {
        if (m_kind == Kind::data) {
            fuse_reply_write(m_request, size);
        } else {
            fuse_reply_err(m_request, 0);
        }
    }
    void fail(int errorNumber) override { fuse_reply_err(m_request, errorNumber); }
    pid_t asker() const override { return m_asker; }

private:
    fuse_req_t m_request;
    Kind m_kind;
    pid_t m_asker;
};

bool attributes(FileSystem& fileSystem, fuse_ino_t inode, struct stat& into) {
    into = {};
    into.st_ino = inode;
    into.st_uid = ::geteuid();
    into.st_gid = ::getegid();
    into.st_blksize = kChunkSize;
    if (inode == FUSE_ROOT_ID) {
        into.st_mode = S_IFDIR | 0700;
        into.st_nlink = 2;
        return true;
    }
    const LazyImage* image = fileSystem.image(inode);
    if (image == nullptr) return false;
    into.st_mode = S_IFREG | 0600;
    into.st_nlink = 1;
    into.st_size = static_cast<off_t>(image->size());
    into.st_blocks = into.st_size / 512;
    return true;
}

void init(void* userData, fuse_conn_info* connection) {
    const auto* fileSystem = static_cast<const FileSystem*>(userData);
    connection->max_readahead = std::min(connection->max_readahead, fileSystem->maxReadahead());
    connection->max_background = kMostBackground;
    connection->congestion_threshold = kMostBackground * 3 / 4;
    // Nothing changes behind the kernel's back, and nothing is to be held back before us. Direct
    // requests each with its asker: only then can one that waits be interrupted and killed.
    connection->want &= ~static_cast<unsigned>(FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_WRITEBACK_CACHE |
                                               FUSE_CAP_ASYNC_DIO);
}

void lookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
    fuse_entry_param entry{};
    if (parent == FUSE_ROOT_ID && std::strcmp(name, "disk") == 0) entry.ino = kDisk;
    if (parent == FUSE_ROOT_ID && std::strcmp(name, "memory") == 0) entry.ino = kMemory;
    if (!attributes(self(request), entry.ino, entry.attr)) {
        fuse_reply_err(request, ENOENT);
        return;
    }
    entry.attr_timeout = kForever;
    entry.entry_timeout = kForever;
    fuse_reply_entry(request, &entry);
}

void getAttributes(fuse_req_t request, fuse_ino_t inode, fuse_file_info*) {
    struct stat info {};
    if (attributes(self(request), inode, info)) {
        fuse_reply_attr(request, &info, kForever);
    } else {
        fuse_reply_err(request, ENOENT);
    }
}

// Times may be set, to no effect; owner and mode to what they are; the size never.
void setAttributes(fuse_req_t request, fuse_ino_t inode, struct stat* wanted, int toSet,
                   fuse_file_info*) {
    struct stat info {};
    if (!attributes(self(request), inode, info)) {
        fuse_reply_err(request, ENOENT);
        return;
    }
    const bool same = ((toSet & FUSE_SET_ATTR_SIZE) == 0 || wanted->st_size == info.st_size) &&
                      ((toSet & FUSE_SET_ATTR_MODE) == 0 ||
                       (wanted->st_mode & 07777) == (info.st_mode & 07777)) &&
                      ((toSet & FUSE_SET_ATTR_UID) == 0 || wanted->st_uid == info.st_uid) &&
                      ((toSet & FUSE_SET_ATTR_GID) == 0 || wanted->st_gid == info.st_gid);
    if (same) {
        fuse_reply_attr(request, &info, kForever);
    } else {
        fuse_reply_err(request, EPERM);
    }
}

void readDirectory(fuse_req_t request, fuse_ino_t inode, std::size_t size, off_t offset,
                   fuse_file_info*) {
    struct Entry {
        const char* name;
        fuse_ino_t inode;
        mode_t type;
    };
    constexpr std::array<Entry, 4> kEntries{Entry{".", FUSE_ROOT_ID, S_IFDIR},
                                            {"..", FUSE_ROOT_ID, S_IFDIR},
                                            {"disk", kDisk, S_IFREG},
                                            {"memory", kMemory, S_IFREG}};
    if (inode != FUSE_ROOT_ID) {
        fuse_reply_err(request, ENOTDIR);
        return;
    }
    std::array<char, 1024> buffer;
    std::size_t used = 0;
    const std::size_t room = std::min(size, buffer.size());
    for (auto i = static_cast<std::size_t>(offset); i < kEntries.size(); ++i) {
        struct stat info {};
        info.st_ino = kEntries[i].inode;
        info.st_mode = kEntries[i].type;
        const std::size_t needed =
            fuse_add_direntry(request, buffer.data() + used, room - used, kEntries[i].name, &info,
                              static_cast<off_t>(i) + 1);
        if (needed > room - used) break;
        used += needed;
    }
    fuse_reply_buf(request, buffer.data(), used);
}

void open(fuse_req_t request, fuse_ino_t inode, fuse_file_info* info) {
    if (self(request).image(inode) == nullptr) {
        fuse_reply_err(request, EISDIR);
        return;
    }
    if ((info->flags & O_TRUNC) != 0) {
        fuse_reply_err(request, EPERM);
        return;
    }
    info->keep_cache = 1;
    info->noflush = 1;
    self(request).opened();
    // The opener may have been interrupted: then there will be no release.
    if (fuse_reply_open(request, info) == -ENOENT) self(request).released();
}

void release(fuse_req_t request, fuse_ino_t, fuse_file_info*) {
    self(request).released();
    fuse_reply_err(request, 0);
}

void read(fuse_req_t request, fuse_ino_t inode, std::size_t size, off_t offset, fuse_file_info*) {
    LazyImage* image = self(request).image(inode);
    if (image == nullptr) {
        fuse_reply_err(request, EISDIR);
        return;
    }
    image->read(static_cast<std::uint64_t>(offset), size,
                std::make_unique<FuseAnswer>(request, FuseAnswer::Kind::data));
}

void write(fuse_req_t request, fuse_ino_t inode, const char* bytes, std::size_t size, off_t offset,
           fuse_file_info*) {
    LazyImage* image = self(request).image(inode);
    if (image == nullptr) {
        fuse_reply_err(request, EISDIR);
        return;
    }
    image->write(static_cast<std::uint64_t>(offset), asBytes({bytes, size}),
                 std::make_unique<FuseAnswer>(request, FuseAnswer::Kind::data));
}

void allocate(fuse_req_t request, fuse_ino_t inode, int mode, off_t offset, off_t length,
              fuse_file_info*) {
    const bool punches = mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    const bool zeroes = (mode & ~FALLOC_FL_KEEP_SIZE) == FALLOC_FL_ZERO_RANGE;
    if (inode != kDisk || !(punches || zeroes)) {
        fuse_reply_err(request, EOPNOTSUPP);
        return;
    }
    LazyImage* image = self(request).image(inode);
    const auto begin = static_cast<std::uint64_t>(offset);
    auto size = static_cast<std::uint64_t>(length);
    // What lies beyond the end is no concern of a trim.
    if (punches) size = std::min(size, image->size() - std::min(begin, image->size()));
    if (punches && size == 0) {
        fuse_reply_err(request, 0);
        return;
    }
    image->zero(begin, size, std::make_unique<FuseAnswer>(request, FuseAnswer::Kind::change));
}

constexpr fuse_lowlevel_ops makeOperations() {
    fuse_lowlevel_ops operations{};
    operations.init = init;
    operations.lookup = lookup;
    operations.getattr = getAttributes;
    operations.setattr = setAttributes;
    operations.readdir = readDirectory;
    operations.open = open;
    operations.release = release;
    operations.read = read;
    operations.write = write;
    operations.fallocate = allocate;
    return operations;
}

}  // namespace

const fuse_lowlevel_ops& FileSystem::operations() {
    static constexpr fuse_lowlevel_ops kOperations = makeOperations();
    return kOperations;
}

LazyImage* FileSystem::image(std::uint64_t inode) {
    if (inode == kDisk) return &m_disk;
    if (inode == kMemory) return &m_memory;
    return nullptr;
}

}  // namespace cloudlet
