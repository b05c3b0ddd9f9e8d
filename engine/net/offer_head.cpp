#include "engine/net/offer_head.h"

#include <algorithm>

#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

// A file of which only the beginning is there.
class HeadSource : public ChunkSource {
public:
    HeadSource(ByteView head, std::uint64_t size) : m_head(head), m_size(size) {}

    Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
        if (offset > m_head.size() || into.size() > m_head.size() - offset) {
            return Error{ErrorCode::corrupt, name() + " ends too early"};
        }
        std::copy_n(m_head.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                    into.begin());
        return {};
    }
    Result<std::uint64_t> size() override { return m_size; }
    std::string name() const override { return "the head of the offered overlay"; }

private:
    ByteView m_head;
    std::uint64_t m_size;
};

}  // namespace

Result<Manifest> manifestOf(const push::Offer& offer, ByteView head) {
    HeadSource source(head, offer.size);
    const Manifest manifest = TRY(readManifest(source));
    const OverlayHeader header = TRY(OverlayHeader::parse(head));
    if (header.manifestHash != offer.id || header.fileLength != offer.size) {
        return Error{ErrorCode::corrupt, source.name() + " is that of another one"};
    }
    return manifest;
}

Result<OfferedOverlay> readOffered(ChunkSource& source) {
    TRY(readManifest(source));
    OfferedOverlay offered;
    offered.head.resize(kOverlayHeaderSize);
    TRY(source.read(offered.head, 0));
    const OverlayHeader header = TRY(OverlayHeader::parse(offered.head));
    offered.id = header.manifestHash;
    offered.size = header.fileLength;
    offered.head.resize(kOverlayHeaderSize + header.manifestLength);
    TRY(source.read(offered.head, 0));
    return offered;
}

Result<Hash> hashOfSource(ChunkSource& source, const std::stop_token& stop) {
    const std::uint64_t size = TRY(source.size());
    Sha256 hash;
    Bytes part(1 << 20);
    for (std::uint64_t at = 0; at < size; at += part.size()) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        part.resize(std::min<std::uint64_t>(part.size(), size - at));
        TRY(source.read(part, at));
        hash.update(part);
    }
    return hash.finish();
}

}  // namespace cloudlet
