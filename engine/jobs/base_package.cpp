#include "engine/jobs/base_package.h"

#include <algorithm>

namespace cloudlet {

namespace package {

Bytes Header::serialize() const {
    const std::string text = vm.serialize();
    ByteWriter out;
    out.append(asBytes(kMagic));
    out.u32(kVersion);
    out.u32(static_cast<std::uint32_t>(text.size()));
    out.append(id.hash.bytes);
    out.u32(previewLength);
    out.u32(0);
    out.u64(checksum64(asBytes(text)));
    out.append(asBytes(text));
    return out.take();
}

Result<Header> Header::parse(ByteView bytes, const std::string& what) {
    const Error damaged{ErrorCode::corrupt, "the head of " + what + " is damaged"};
    ByteReader in(bytes);
    if (asText(in.take(kMagic.size())) != kMagic) {
        return Error{ErrorCode::invalid, what + " is not a base package"};
    }
    const std::uint32_t version = in.u32();
    if (in.ok() && version != kVersion) {
        return Error{ErrorCode::unsupported,
                     what + " has version " + std::to_string(version) + ", this program knows " +
                         std::to_string(kVersion) + ": update Cloudlet Studio"};
    }
    const std::uint32_t length = in.u32();
    Header header;
    const ByteView id = in.take(header.id.hash.bytes.size());
    header.previewLength = in.u32();
    const std::uint32_t reserved = in.u32();
    const std::uint64_t checksum = in.u64();
    const ByteView text = in.take(length);
    if (!in.atEnd() || reserved != 0 || header.previewLength > kMostPreview) return damaged;
    std::copy(id.begin(), id.end(), header.id.hash.bytes.begin());
    if (checksum64(text) != checksum) return damaged;
    if (sha256(text) != header.id.hash) {
        return Error{ErrorCode::corrupt, what + " describes another base than its id says"};
    }
    header.vm = TRY(BaseVm::parse(asText(text)));
    if (header.vm.id() != header.id) return damaged;  // another spelling of the same fields
    return header;
}

std::uint64_t Header::sizeOf(Part part) const {
    switch (part) {
        case Part::disk:
            return vm.diskSize;
        case Part::memory:
            return vm.memorySize;
        case Part::state:
            return vm.stateSize;
        case Part::preview:
            break;
    }
    return previewLength;
}

Result<HeaderAt> readHeader(const File& file) {
    const std::string& name = file.path().native();
    const std::uint64_t size = TRY(file.size());
    Bytes bytes(std::min<std::uint64_t>(size, kHeaderSize));
    TRY(file.readAt(bytes, 0));
    ByteReader in(bytes);
    in.take(kMagic.size() + 4);
    const std::uint32_t length = in.u32();
    const std::uint64_t end = kHeaderSize + std::uint64_t{length};
    if (in.ok() && length <= kMostDescription && end <= size) {
        bytes.resize(end);
        TRY(file.readAt(bytes, 0));
    }
    return HeaderAt{TRY(Header::parse(bytes, name)), end};
}

}  // namespace package

using namespace package;

namespace {

struct Footer {
    Hash hash;
    std::uint64_t indexOffset = 0;
    std::uint64_t count = 0;
};

Result<Footer> readFooter(const File& file, std::uint64_t fileSize) {
    const Error incomplete{
        ErrorCode::corrupt,
        file.path().string() + " is incomplete: its end is missing. Copy or export it again"};
    if (fileSize < kFooterSize) return incomplete;
    Bytes bytes(kFooterSize);
    TRY(file.readAt(bytes, fileSize - kFooterSize));
    ByteReader in(bytes);
    Footer footer;
    const ByteView hash = in.take(footer.hash.bytes.size());
    std::copy(hash.begin(), hash.end(), footer.hash.bytes.begin());
    footer.indexOffset = in.u64();
    footer.count = in.u64();
    const std::uint64_t reserved = in.u64();
    if (asText(in.take(kEndMagic.size())) != kEndMagic || reserved != 0) return incomplete;
    return footer;
}

Error badIndex(const fs::path& path) {
    return {ErrorCode::corrupt, "the index of " + path.string() + " is damaged"};
}

}  // namespace

Result<BasePackage> BasePackage::open(const fs::path& path) {
    BasePackage package(TRY(File::open(path, File::Mode::read)));
    HeaderAt head = TRY(readHeader(package.m_file));
    package.m_header = std::move(head.header);
    TRY(package.readIndex(head.end, TRY(package.m_file.size())));
    return package;
}

Result<void> BasePackage::readIndex(std::uint64_t blocksBegin, std::uint64_t fileSize) {
    const Footer footer = TRY(readFooter(m_file, fileSize));
    const Error damaged = badIndex(m_file.path());
    const std::uint64_t indexEnd = fileSize - kFooterSize;
    // Before any allocation: the index is really there, and no larger than a base can need.
    if (footer.count > kMostBlocks || footer.indexOffset < blocksBegin ||
        footer.indexOffset > indexEnd ||
        footer.count * kRecordSize != indexEnd - footer.indexOffset) {
        return damaged;
    }
    Bytes index(footer.count * kRecordSize);
    TRY(m_file.readAt(index, footer.indexOffset));
    for (std::uint64_t i = 0; i < footer.count; ++i) {
        const auto record = Record::parse(ByteView(index).subspan(i * kRecordSize, kRecordSize));
        if (!record) return damaged;
        m_records.push_back(*record);
    }
    // The same bytes made anew must have the same hash.
    const Bytes expected = indexAndFooter(m_header, m_records, footer.indexOffset);
    const ByteView hash = ByteView(expected).subspan(index.size(), footer.hash.bytes.size());
    if (!std::equal(hash.begin(), hash.end(), footer.hash.bytes.begin())) return damaged;
    return checkOrder(blocksBegin, footer.indexOffset);
}

Result<void> BasePackage::checkOrder(std::uint64_t blocksBegin, std::uint64_t indexOffset) {
    const Error damaged = badIndex(m_file.path());
    std::uint64_t position = blocksBegin;
    const Record* before = nullptr;
    bool preview = false;
    for (const Record& record : m_records) {
        const std::uint64_t size = m_header.sizeOf(record.part);
        if (record.offset >= size || record.plainLength > size - record.offset) return damaged;
        if (before != nullptr && record.part < before->part) return damaged;
        if (before != nullptr && record.part == before->part &&
            record.offset / kWindow <= before->offset / kWindow) {
            return damaged;
        }
        if (record.part == Part::preview) {
            preview = record.offset == 0 && record.plainLength == size;
            if (!preview) return damaged;
        }
        m_offsets.push_back(position);
        position += kBlockHeaderSize + record.storedLength;
        if (position > indexOffset) return damaged;
        before = &record;
    }
    if (position != indexOffset || preview != (m_header.previewLength > 0)) return damaged;
    return {};
}

Result<Bytes> BasePackage::readBlock(std::size_t i) const {
    CHECK(i < m_records.size());
    const Record& record = m_records[i];
    const std::string where = "block " + std::to_string(i) + " of " + m_file.path().string();
    Bytes bytes(kBlockHeaderSize + record.storedLength);
    TRY(m_file.readAt(bytes, m_offsets[i]));
    const Bytes expected = blockHeader(record);
    if (!std::equal(expected.begin(), expected.end(), bytes.begin())) {
        return Error{ErrorCode::corrupt, where + " is damaged: copy the package again"};
    }
    return decodeBlock(record, ByteView(bytes).subspan(kBlockHeaderSize), where);
}

}  // namespace cloudlet
