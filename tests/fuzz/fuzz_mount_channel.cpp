// A packet of the channel between engine and cloudletfs, from either side.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/mount/chunk_bits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace cloudlet::mountChannel;
    const auto packet = std::as_bytes(std::span(data, size));
    const auto message = parsePacket(packet);
    if (!message) return 0;
    // What is accepted has one spelling.
    const cloudlet::Bytes again = toPacket(*message);
    CHECK(cloudlet::sameBytes(again, packet));
    if (const auto* bits = std::get_if<Bits>(&message->body)) {
        cloudlet::ChunkSet chunks(100'000);
        const auto added = addChunks(chunks, *bits);
        CHECK(!added || chunks.count() <= bits->bytes.size() * 8);
    }
    return 0;
}
