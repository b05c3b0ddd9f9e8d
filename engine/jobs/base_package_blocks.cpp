// Records and blocks of a base package, both ways.
#include <zstd.h>

#include <algorithm>

#include "engine/base/confine.h"
#include "engine/jobs/base_package.h"

namespace cloudlet::package {

Bytes Record::serialize() const {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(part));
    out.u8(static_cast<std::uint8_t>(codec));
    out.u16(0);
    out.u32(plainLength);
    out.u64(offset);
    out.u32(storedLength);
    out.u32(0);
    out.u64(storedChecksum);
    out.append(plainHash.bytes);
    return out.take();
}

std::optional<Record> Record::parse(ByteView bytes) {
    ByteReader in(bytes);
    const std::uint8_t part = in.u8();
    const std::uint8_t codec = in.u8();
    const std::uint16_t reserved = in.u16();
    Record r;
    r.plainLength = in.u32();
    r.offset = in.u64();
    r.storedLength = in.u32();
    const std::uint32_t reserved2 = in.u32();
    r.storedChecksum = in.u64();
    const ByteView hash = in.take(r.plainHash.bytes.size());
    if (!in.atEnd() || part > 3 || codec > 1 || reserved != 0 || reserved2 != 0) return {};
    std::copy(hash.begin(), hash.end(), r.plainHash.bytes.begin());
    r.part = static_cast<Part>(part);
    r.codec = static_cast<Codec>(codec);
    if (r.plainLength == 0 || r.plainLength > kWindow || r.storedLength == 0) return {};
    const bool fits =
        r.codec == Codec::stored ? r.storedLength == r.plainLength : r.storedLength < r.plainLength;
    // Within one window; the sum cannot overflow after the first test.
    if (!fits || r.offset > kMostImageBytes) return {};
    if (r.offset / kWindow != (r.offset + r.plainLength - 1) / kWindow) return {};
    return r;
}

Result<Block> encodeBlock(Part part, std::uint64_t offset, ByteView plain, int level) {
    CHECK(!plain.empty() && plain.size() <= kWindow);
    Block block;
    Record& record = block.record;
    record.part = part;
    record.offset = offset;
    record.plainLength = static_cast<std::uint32_t>(plain.size());
    record.plainHash = sha256(plain);
    block.stored.resize(ZSTD_compressBound(plain.size()));
    const std::size_t size =
        ZSTD_compress(block.stored.data(), block.stored.size(), plain.data(), plain.size(), level);
    if (ZSTD_isError(size) != 0) {
        return Error{ErrorCode::failed, std::string("cannot compress: ") + ZSTD_getErrorName(size)};
    }
    if (size < plain.size()) {
        record.codec = Codec::zstd;
        block.stored.resize(size);
    } else {
        block.stored.assign(plain.begin(), plain.end());
    }
    record.storedLength = static_cast<std::uint32_t>(block.stored.size());
    record.storedChecksum = checksum64(block.stored);
    return block;
}

Result<Bytes> decodeBlock(const Record& record, ByteView stored, const std::string& where) {
    const Error damaged{ErrorCode::corrupt, where + " is damaged: copy the package again"};
    if (stored.size() != record.storedLength || checksum64(stored) != record.storedChecksum) {
        return damaged;
    }
    Bytes plain(record.plainLength);
    if (record.codec == Codec::stored) {
        std::copy(stored.begin(), stored.end(), plain.begin());
    } else {
        // Into exactly what the record promises: a bomb is an error, not memory.
        const std::size_t size = confined([&] {
            return ZSTD_decompress(plain.data(), plain.size(), stored.data(), stored.size());
        });
        if (ZSTD_isError(size) != 0 || size != plain.size()) return damaged;
    }
    if (sha256(plain) != record.plainHash) return damaged;
    return plain;
}

Bytes blockHeader(const Record& record) {
    ByteWriter out;
    out.append(record.serialize());
    out.u64(checksum64(out.bytes()));
    return out.take();
}

Bytes indexAndFooter(const Header& header, const std::vector<Record>& records,
                     std::uint64_t indexOffset) {
    ByteWriter out;
    for (const Record& record : records) out.append(record.serialize());
    ByteWriter numbers;
    numbers.u64(indexOffset);
    numbers.u64(records.size());
    Sha256 hash;
    hash.update(header.serialize());
    hash.update(out.bytes());
    hash.update(numbers.bytes());
    out.append(hash.finish().bytes);
    out.append(numbers.bytes());
    out.u64(0);
    out.append(asBytes(kEndMagic));
    return out.take();
}

}  // namespace cloudlet::package
