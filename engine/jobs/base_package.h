// The base package, one file that carries a base VM: parsing and checking (PACKAGE.md says what
// lies where). Used by import_base, which reads packages from anywhere, and export_base.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/base/file.h"
#include "engine/image/base_vm.h"

namespace cloudlet {

namespace package {

inline constexpr std::string_view kMagic = "CLDBASE1";
inline constexpr std::string_view kEndMagic = "CLDBEND1";
inline constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n";
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kWindow = 4 << 20;  // enough for zstd; small for memory, cancel
inline constexpr std::size_t kHeaderSize = 64;     // without the description
inline constexpr std::size_t kRecordSize = 64;
inline constexpr std::size_t kBlockHeaderSize = kRecordSize + 8;
inline constexpr std::size_t kFooterSize = 64;
inline constexpr std::uint32_t kMostDescription = 64 << 10;
inline constexpr std::uint32_t kMostPreview = kWindow;
inline constexpr std::uint64_t kMostBlocks = 1 << 20;  // 64 MiB of index

enum class Part : std::uint8_t { disk = 0, memory = 1, state = 2, preview = 3 };
enum class Codec : std::uint8_t { stored = 0, zstd = 1 };

struct Record {
    Part part = Part::disk;
    Codec codec = Codec::stored;
    std::uint32_t plainLength = 0;
    std::uint64_t offset = 0;
    std::uint32_t storedLength = 0;
    std::uint64_t storedChecksum = 0;  // XXH3-64
    Hash plainHash;                    // SHA-256

    bool operator==(const Record&) const = default;
    Bytes serialize() const;
    // Ranges that need no knowledge of the base. nullopt if it breaks one.
    static std::optional<Record> parse(ByteView bytes);
};

struct Header {
    BaseVm vm;
    BaseId id;
    std::uint32_t previewLength = 0;

    Bytes serialize() const;
    // `what` names the file in errors. Errors: invalid (not a package), unsupported (newer),
    // corrupt.
    static Result<Header> parse(ByteView bytes, const std::string& what);
    std::uint64_t sizeOf(Part part) const;
};

// Compresses and hashes.
struct Block {
    Record record;
    Bytes stored;
};
Result<Block> encodeBlock(Part part, std::uint64_t offset, ByteView plain, int level);
// Checks and decompresses. `where` names the block in errors. Errors: corrupt.
Result<Bytes> decodeBlock(const Record& record, ByteView stored, const std::string& where);

// What stands before the content of a block, and after all of them.
Bytes blockHeader(const Record& record);
Bytes indexAndFooter(const Header& header, const std::vector<Record>& records,
                     std::uint64_t indexOffset);

// The header of a package or of a part of one, and where it ends. Errors: as Header::parse.
struct HeaderAt {
    Header header;
    std::uint64_t end = 0;
};
Result<HeaderAt> readHeader(const File& file);

}  // namespace package

// A complete package, open for reading. readBlock from any thread; the rest is constant.
class BasePackage {
public:
    // Checks all but the blocks' content. Errors: invalid, unsupported, corrupt, I/O.
    static Result<BasePackage> open(const fs::path& path);

    const package::Header& header() const { return m_header; }
    const std::vector<package::Record>& records() const { return m_records; }
    // The plain content of block `i`, checked. REQUIRES: i < records().size().
    Result<Bytes> readBlock(std::size_t i) const;

private:
    explicit BasePackage(File file) : m_file(std::move(file)) {}

    Result<void> readIndex(std::uint64_t blocksBegin, std::uint64_t fileSize);
    Result<void> checkOrder(std::uint64_t blocksBegin, std::uint64_t indexOffset);

    File m_file;
    package::Header m_header;
    std::vector<package::Record> m_records;
    std::vector<std::uint64_t> m_offsets;  // of each block's header in the file
};

}  // namespace cloudlet
