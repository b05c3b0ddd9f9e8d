// The header of a device state, as it comes with a base or an overlay.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/vm/state_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto stream = std::as_bytes(std::span(data, size));
    const auto header = cloudlet::readStateHeader(stream);
    const auto plain = cloudlet::stripIgnoreShared(stream);
    CHECK(bool(header) == bool(plain));
    if (!plain) return 0;
    // What is stripped once is plain, names the same blocks, and stays as it is.
    CHECK(plain->size() <= size);
    const auto again = cloudlet::readStateHeader(*plain);
    CHECK(again && !again->ignoresShared);
    CHECK(again->blocks == header->blocks && again->machineType == header->machineType);
    CHECK(cloudlet::stripIgnoreShared(*plain).value() == *plain);
    return 0;
}
