// The header of a device state, as it comes with a base or an overlay; and a whole stream of a VM.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/vm/memory_stream.h"
#include "engine/vm/state_stream.h"

// However it arrives, the same comes out.
static void partAgain(std::span<const std::byte> stream) {
    const auto part = [&](std::size_t step) {
        std::uint64_t pages = 0;
        cloudlet::MemoryStream reader([&](std::uint64_t, cloudlet::ByteView) {
            ++pages;
            return cloudlet::Result<void>();
        });
        for (std::size_t at = 0; at < stream.size(); at += step) {
            if (!reader.feed(stream.subspan(at, std::min(step, stream.size() - at)))) break;
        }
        const auto state = reader.finish();
        return std::make_pair(pages, state ? state->size() : std::size_t{0});
    };
    CHECK(part(stream.size() + 1) == part(1000));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto stream = std::as_bytes(std::span(data, size));
    partAgain(stream);
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
