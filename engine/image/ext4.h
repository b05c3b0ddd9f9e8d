// Reads which bytes of a disk belong to which file of an ext2, ext3 or ext4 file system on it, as
// the disk lies: the journal is not replayed. For people who ask what an overlay brings. Bounded
// whatever the disk says. One thread at a time.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/file.h"
#include "engine/base/result.h"

namespace cloudlet {

class Ext4 {
public:
    // Fills the span from this offset of the disk.
    using Read = std::function<Result<void>(std::span<std::byte>, std::uint64_t)>;

    struct Item {
        enum class Kind : std::uint8_t { file, folder, journal, tables };
        Kind kind = Kind::file;
        std::string path;            // "/etc/passwd", as the disk spells it; none of the last two
        std::vector<Extent> pieces;  // of the disk, in bytes
    };

    // `place`: the partition, or the whole disk. Errors: notFound (another file system or none),
    // unsupported, corrupt, those of `read`.
    static Result<Ext4> open(Read read, Extent place);

    const std::string& label() const { return m_label; }
    // The file system's own tables, its journal, then every folder and regular file that the root
    // leads to, each once. What is damaged is left out. Errors: corrupt (it does not end),
    // cancelled, those of `read`.
    Result<void> visit(const std::function<void(const Item&)>& visitor, std::stop_token stop);

private:
    struct Inode {
        std::uint16_t mode = 0;
        std::uint32_t flags = 0;
        std::uint64_t size = 0;
        Bytes map;  // 60 bytes: the root of the extent tree, or block numbers
        bool isFolder() const { return (mode & 0xf000) == 0x4000; }
        bool isFile() const { return (mode & 0xf000) == 0x8000; }
    };
    struct Entry {
        std::uint32_t inode = 0;
        std::string name;
    };
    struct Blocks {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };

    Ext4(Read read, Extent place) : m_read(std::move(read)), m_place(place) {}
    Result<void> readSuper();
    Result<void> spend();
    Result<Bytes> block(std::uint64_t number);
    Result<Bytes> groupOf(std::uint64_t group);
    Result<Inode> inode(std::uint32_t number);
    Result<std::vector<Extent>> piecesOf(const Inode& inode);
    Result<void> addExtents(ByteView node, unsigned depth, std::vector<Extent>& pieces);
    Result<void> addMapped(ByteView numbers, unsigned level, std::vector<Extent>& pieces);
    void add(Blocks blocks, std::vector<Extent>& pieces) const;
    Result<Item> tables(std::stop_token stop);
    Result<std::vector<Entry>> entriesOf(const Item& folder, std::stop_token stop);
    std::uint64_t groups() const;

    Read m_read;
    Extent m_place;
    std::string m_label;
    std::uint64_t m_blocks = 0;
    std::uint32_t m_inodes = 0;
    std::uint32_t m_blockSize = 0;
    std::uint32_t m_firstBlock = 0;
    std::uint32_t m_blocksPerGroup = 0;
    std::uint32_t m_inodesPerGroup = 0;
    std::uint32_t m_inodeSize = 0;
    std::uint32_t m_groupSize = 32;  // of a group's descriptor
    std::uint64_t m_spent = 0;
};

}  // namespace cloudlet
