// A header that is accepted is written back as the same bytes.
#include "engine/overlay/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cloudlet;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    const Result<OverlayHeader> header = OverlayHeader::parse(bytes);
    if (header) CHECK(sameBytes(header->serialize(), bytes.first(kOverlayHeaderSize)));
    return 0;
}
