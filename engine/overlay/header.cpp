#include "engine/overlay/header.h"

namespace cloudlet {

namespace {

bool within(std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    return value >= least && value <= most;
}

}  // namespace

Bytes OverlayHeader::serialize() const {
    ByteWriter writer;
    writer.append(asBytes(kOverlayMagic));
    writer.u32(kOverlayVersion);
    writer.u32(0);  // critical flags: none are defined
    writer.u64(fileLength);
    writer.u64(manifestLength);
    writer.u64(tableStored);
    writer.u64(tablePlain);
    writer.append(manifestHash.bytes);
    CHECK(writer.bytes().size() == kOverlayHeaderSize);
    return writer.take();
}

Result<OverlayHeader> OverlayHeader::parse(ByteView bytes) {
    ByteReader reader(bytes);
    if (asText(reader.take(kOverlayMagic.size())) != kOverlayMagic) {
        return Error{ErrorCode::corrupt, "it does not begin as an overlay of Cloudlet Studio does"};
    }
    const std::uint32_t version = reader.u32();
    const std::uint32_t flags = reader.u32();
    if (reader.ok() && (version != kOverlayVersion || flags != 0)) {
        return Error{ErrorCode::unsupported,
                     "it has overlay format " + std::to_string(version) + ", flags " +
                         std::to_string(flags) + "; this version reads format " +
                         std::to_string(kOverlayVersion) + ", flags 0: update Cloudlet Studio"};
    }
    OverlayHeader header;
    header.fileLength = reader.u64();
    header.manifestLength = reader.u64();
    header.tableStored = reader.u64();
    header.tablePlain = reader.u64();
    const ByteView hash = reader.take(header.manifestHash.bytes.size());
    if (!reader.ok()) return Error{ErrorCode::corrupt, "it ends within its header"};
    std::memcpy(header.manifestHash.bytes.data(), hash.data(), hash.size());
    if (!within(header.manifestLength, 2, kMostManifestBytes) ||
        !within(header.tableStored, 1, kMostTableBytes) ||
        !within(header.tablePlain, 1, kMostTableBytes) ||
        header.fileLength < header.payloadOffset()) {
        return Error{ErrorCode::corrupt, "its header states a length that cannot be"};
    }
    return header;
}

}  // namespace cloudlet
