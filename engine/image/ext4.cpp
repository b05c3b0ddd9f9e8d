// Field offsets: the kernel's Documentation/filesystems/ext4.
#include "engine/image/ext4.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

namespace cloudlet {

namespace {

constexpr std::uint64_t kSuperAt = 1024;
constexpr std::uint32_t kRootInode = 2;
constexpr std::uint32_t kJournalInode = 8;
constexpr std::uint32_t kExtentsFlag = 0x80000;
constexpr std::uint32_t kInlineFlag = 0x10000000;
constexpr std::uint16_t kExtentMagic = 0xf30a;
constexpr unsigned kDeepestTree = 5;
constexpr std::size_t kLongestPath = 4096;
constexpr std::uint32_t kGroup64 = 0x80;
// File types, a journal to replay, extents, 64 bit, multi-mount protection, flexible groups,
// attributes in inodes, checksum seed, large folders, inline content, encryption, case folding.
constexpr std::uint32_t kKnownFeatures = 0x2 | 0x4 | 0x40 | kGroup64 | 0x100 | 0x200 | 0x400 |
                                         0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000;
// Structures read: a file system of a million files needs about two a file. A hostile one, whose
// trees share their branches, must end too.
constexpr std::uint64_t kMostReads = 4'000'000;

std::uint64_t field(ByteView bytes, std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8 | std::to_integer<unsigned>(bytes[at + i]);
    return value;
}
std::uint32_t u32(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(field(bytes, at, 4));
}
std::uint16_t u16(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(field(bytes, at, 2));
}

Error damaged(const std::string& what) {
    return {ErrorCode::corrupt, "the guest's file system is damaged: " + what};
}

}  // namespace

Result<Ext4> Ext4::open(Read read, Extent place) {
    Ext4 system(std::move(read), place);
    TRY(system.readSuper());
    return system;
}

Result<void> Ext4::readSuper() {
    if (m_place.length < 2 * kSuperAt) return Error{ErrorCode::notFound, "too small"};
    Bytes super(1024);
    TRY(m_read(super, m_place.offset + kSuperAt));
    if (u16(super, 0x38) != 0xef53) return Error{ErrorCode::notFound, "no ext4 file system"};
    const std::uint32_t features = u32(super, 0x60);
    if ((features & ~kKnownFeatures) != 0) {
        return Error{ErrorCode::unsupported,
                     "the guest's ext4 file system uses a feature that "
                     "this version cannot read"};
    }
    if (u32(super, 0x18) > 2) {
        return Error{ErrorCode::unsupported, "blocks of the guest's file system exceed 4 KiB"};
    }
    m_blockSize = 1024u << u32(super, 0x18);
    m_inodes = u32(super, 0);
    m_blocks = u32(super, 4);
    m_firstBlock = u32(super, 0x14);
    m_blocksPerGroup = u32(super, 0x20);
    m_inodesPerGroup = u32(super, 0x28);
    m_inodeSize = u32(super, 0x4c) == 0 ? 128 : u16(super, 0x58);
    if ((features & kGroup64) != 0) {
        m_groupSize = u16(super, 0xfe);
        m_blocks |= std::uint64_t{u32(super, 0x150)} << 32;
    }
    const std::uint64_t room = m_place.length / m_blockSize;
    const bool sane = m_blocks > m_firstBlock && m_blocks <= room && m_firstBlock <= 1 &&
                      m_blocksPerGroup > 0 && m_blocksPerGroup <= 8 * m_blockSize &&
                      m_inodesPerGroup > 0 && m_inodesPerGroup <= 8 * m_blockSize &&
                      m_inodeSize >= 128 && m_inodeSize <= m_blockSize && m_groupSize >= 32 &&
                      m_groupSize <= 1024;
    if (!sane) return damaged("its superblock contradicts itself");
    const std::string_view label = asText(ByteView(super).subspan(0x78, 16));
    m_label = label.substr(0, label.find('\0'));
    return {};
}

std::uint64_t Ext4::groups() const {
    return (m_blocks - m_firstBlock + m_blocksPerGroup - 1) / m_blocksPerGroup;
}

Result<void> Ext4::spend() {
    return ++m_spent <= kMostReads ? Result<void>() : damaged("it does not end");
}

Result<Bytes> Ext4::block(std::uint64_t number) {
    if (number >= m_blocks) return damaged("a block number leads outside");
    TRY(spend());
    Bytes bytes(m_blockSize);
    TRY(m_read(bytes, m_place.offset + number * m_blockSize));
    return bytes;
}

Result<Bytes> Ext4::groupOf(std::uint64_t group) {
    if (group >= groups()) return damaged("a group number leads outside");
    TRY(spend());
    const std::uint64_t at = std::uint64_t{m_firstBlock + 1} * m_blockSize + group * m_groupSize;
    if (at + m_groupSize > m_place.length) return damaged("a group lies outside");
    Bytes descriptor(m_groupSize);
    TRY(m_read(descriptor, m_place.offset + at));
    return descriptor;
}

Result<Ext4::Inode> Ext4::inode(std::uint32_t number) {
    if (number == 0 || number > m_inodes) return damaged("an inode number leads outside");
    const Bytes group = TRY(groupOf((number - 1) / m_inodesPerGroup));
    std::uint64_t table = u32(group, 8);
    if (m_groupSize >= 64) table |= std::uint64_t{u32(group, 0x28)} << 32;
    const std::uint64_t within = std::uint64_t{(number - 1) % m_inodesPerGroup} * m_inodeSize;
    const Bytes bytes = TRY(block(table + within / m_blockSize));
    const std::size_t at = within % m_blockSize;
    if (at + 128 > bytes.size()) return damaged("an inode crosses its block");
    const ByteView raw = ByteView(bytes).subspan(at, 128);
    Inode result;
    result.mode = u16(raw, 0);
    result.size = u32(raw, 4) | std::uint64_t{u32(raw, 0x6c)} << 32;
    result.flags = u32(raw, 0x20);
    const ByteView map = raw.subspan(0x28, 60);
    result.map.assign(map.begin(), map.end());
    return result;
}

void Ext4::add(Blocks blocks, std::vector<Extent>& pieces) const {
    if (blocks.first == 0 || blocks.first >= m_blocks) return;
    const std::uint64_t count = std::min(blocks.count, m_blocks - blocks.first);
    const Extent piece{m_place.offset + blocks.first * m_blockSize, count * m_blockSize};
    if (!pieces.empty() && pieces.back().end() == piece.offset) {
        pieces.back().length += piece.length;
    } else {
        pieces.push_back(piece);
    }
}

Result<void> Ext4::addExtents(ByteView node, unsigned depth, std::vector<Extent>& pieces) {
    if (u16(node, 0) != kExtentMagic || u16(node, 6) != depth) {
        return damaged("a file's list of blocks");
    }
    const std::size_t most = std::min<std::size_t>(u16(node, 2), node.size() / 12 - 1);
    for (std::size_t i = 1; i <= most; ++i) {
        const ByteView entry = node.subspan(i * 12, 12);
        if (depth == 0) {
            std::uint64_t count = u16(entry, 4);
            if (count > 32768) count -= 32768;  // reserved, not yet written
            add({u32(entry, 8) | std::uint64_t{u16(entry, 6)} << 32, count}, pieces);
            continue;
        }
        const std::uint64_t below = u32(entry, 4) | std::uint64_t{u16(entry, 8)} << 32;
        const Bytes bytes = TRY(block(below));
        add({below, 1}, pieces);
        TRY(addExtents(bytes, depth - 1, pieces));
    }
    return {};
}

// Block numbers as ext2 writes them; `level` blocks of numbers lie between them and the content.
Result<void> Ext4::addMapped(ByteView numbers, unsigned level, std::vector<Extent>& pieces) {
    for (std::size_t at = 0; at + 4 <= numbers.size(); at += 4) {
        const std::uint32_t number = u32(numbers, at);
        if (number == 0) continue;
        add({number, 1}, pieces);
        if (level == 0) continue;
        const Bytes below = TRY(block(number));
        TRY(addMapped(below, level - 1, pieces));
    }
    return {};
}

Result<std::vector<Extent>> Ext4::piecesOf(const Inode& inode) {
    std::vector<Extent> pieces;
    if ((inode.flags & kInlineFlag) != 0) return pieces;
    const ByteView map = inode.map;
    if ((inode.flags & kExtentsFlag) != 0) {
        const unsigned depth = u16(map, 6);
        if (depth > kDeepestTree) return damaged("a file's list of blocks is too deep");
        TRY(addExtents(map, depth, pieces));
        return pieces;
    }
    TRY(addMapped(map.first(48), 0, pieces));
    for (unsigned level = 1; level <= 3; ++level) {
        TRY(addMapped(map.subspan(44 + level * 4, 4), level, pieces));
    }
    return pieces;
}

// Superblock and descriptors (their copies count as free space), bitmaps, inodes.
Result<Ext4::Item> Ext4::tables(std::stop_token stop) {
    Item item{Item::Kind::tables, "", {}};
    const std::uint64_t head =
        std::uint64_t{m_firstBlock + 1} * m_blockSize + groups() * m_groupSize;
    item.pieces.push_back({m_place.offset, std::min(head, m_place.length)});
    const std::uint64_t inodeBlocks =
        (std::uint64_t{m_inodesPerGroup} * m_inodeSize + m_blockSize - 1) / m_blockSize;
    for (std::uint64_t i = 0; i < groups(); ++i) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        const Bytes group = TRY(groupOf(i));
        const auto number = [&](std::size_t low) {
            const std::uint64_t high = m_groupSize >= 64 ? u32(group, low + 0x20) : 0;
            return u32(group, low) | high << 32;
        };
        add({number(0), 1}, item.pieces);
        add({number(4), 1}, item.pieces);
        add({number(8), inodeBlocks}, item.pieces);
    }
    return item;
}

Result<std::vector<Ext4::Entry>> Ext4::entriesOf(const Item& folder, std::stop_token stop) {
    std::vector<Entry> entries;
    for (const Extent& piece : folder.pieces) {
        for (std::uint64_t at = piece.offset; at < piece.end(); at += m_blockSize) {
            if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
            const Bytes bytes = TRY(block((at - m_place.offset) / m_blockSize));
            // A damaged entry ends its block; the tree of a large folder looks like one empty
            // entry, and that of the extents like a damaged one.
            for (std::size_t i = 0; i + 8 <= bytes.size();) {
                const std::size_t length = u16(bytes, i + 4);
                const std::size_t name = std::to_integer<std::size_t>(bytes[i + 6]);
                if (length < 8 || length % 4 != 0 || length > bytes.size() - i ||
                    name > length - 8) {
                    break;
                }
                const std::uint32_t number = u32(bytes, i);
                std::string text(asText(ByteView(bytes).subspan(i + 8, name)));
                if (number != 0 && name != 0 && text != "." && text != "..") {
                    entries.push_back({number, std::move(text)});
                }
                i += length;
            }
        }
    }
    return entries;
}

Result<void> Ext4::visit(const std::function<void(const Item&)>& visitor, std::stop_token stop) {
    m_spent = 0;
    visitor(TRY(tables(stop)));
    if (Result<Inode> journal = inode(kJournalInode); journal && journal->isFile()) {
        Result<std::vector<Extent>> pieces = piecesOf(*journal);
        if (pieces) visitor({Item::Kind::journal, "", std::move(*pieces)});
    }
    struct Found {
        std::uint32_t inode;
        std::string path;
    };
    std::deque<Found> waiting{{kRootInode, ""}};
    std::unordered_set<std::uint32_t> seen{kRootInode};
    while (!waiting.empty()) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        const Found found = std::move(waiting.front());
        waiting.pop_front();
        TRY(spend());
        const Result<Inode> node = inode(found.inode);
        if (!node && node.error().code != ErrorCode::corrupt) return node.error();
        if (!node || !(node->isFolder() || node->isFile())) continue;
        Result<std::vector<Extent>> pieces = piecesOf(*node);
        if (!pieces && pieces.error().code != ErrorCode::corrupt) return pieces.error();
        if (!pieces) continue;
        Item item{node->isFolder() ? Item::Kind::folder : Item::Kind::file,
                  found.path.empty() ? "/" : found.path, std::move(*pieces)};
        visitor(item);
        if (!node->isFolder()) continue;
        for (Entry& entry : TRY(entriesOf(item, stop))) {
            std::string path = found.path + "/" + entry.name;
            if (path.size() > kLongestPath || !seen.insert(entry.inode).second) continue;
            waiting.push_back({entry.inode, std::move(path)});
        }
    }
    return {};
}

}  // namespace cloudlet
