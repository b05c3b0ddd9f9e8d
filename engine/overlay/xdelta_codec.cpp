#include "engine/overlay/xdelta_codec.h"

#include <array>

#include "engine/overlay/lzma_codec.h"

#ifdef CLOUDLET_HAS_XDELTA3
extern "C" {
#include <xdelta3.h>
}
#endif

namespace cloudlet {

Error missingXdelta() {
    return {ErrorCode::unsupported,
            "this build lacks xdelta3: run installer/xdelta3.sh and build again"};
}

#ifdef CLOUDLET_HAS_XDELTA3

namespace {

// No secondary compression: LZMA2 around it does better. No checksum: the segment has its own.
constexpr int kFlags = XD3_COMPLEVEL_9;

const std::uint8_t* octets(ByteView bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}
std::uint8_t* octets(Bytes& bytes) {
    return reinterpret_cast<std::uint8_t*>(bytes.data());
}
// The library takes a null pointer for no source.
const std::uint8_t* source(ByteView prefix) {
    return prefix.empty() ? nullptr : octets(prefix);
}
// A delta that copies nothing is the content with a few bytes for each instruction.
std::size_t mostDeltaBytes(std::size_t plainBytes) {
    return 2 * plainBytes + 1024;
}

// The library fills its table of instructions at its first use, without a lock: so the first use is
// one that threads wait for.
void fillTable() {
    static const bool filled = [] {
        const std::uint8_t byte = 0;
        std::array<std::uint8_t, 256> delta{};
        usize_t size = 0;
        return xd3_encode_memory(&byte, 1, nullptr, 0, delta.data(), &size,
                                 static_cast<usize_t>(delta.size()), kFlags) == 0;
    }();
    CHECK(filled);
}

}  // namespace

bool hasXdelta() {
    return true;
}

Result<Bytes> compressXdelta(ByteView plain, ByteView prefix) {
    fillTable();
    Bytes delta(mostDeltaBytes(plain.size()));
    usize_t size = 0;
    CHECK(xd3_encode_memory(octets(plain), static_cast<usize_t>(plain.size()), source(prefix),
                            static_cast<usize_t>(prefix.size()), octets(delta), &size,
                            static_cast<usize_t>(delta.size()), kFlags) == 0);
    delta.resize(size);
    ByteWriter stream;
    stream.varint(delta.size());
    stream.append(compressLzma(delta, {}));
    return stream.take();
}

Result<Bytes> decompressXdelta(ByteView stream, ByteView prefix, std::size_t plainBytes) {
    fillTable();
    const Error malformed{ErrorCode::corrupt, "a compressed part is not as the format allows"};
    ByteReader reader(stream);
    const std::uint64_t deltaBytes = reader.varint();
    if (!reader.ok() || deltaBytes == 0 || deltaBytes > mostDeltaBytes(plainBytes)) {
        return malformed;
    }
    const Bytes delta = TRY(decompressLzma(stream.subspan(reader.position()), {}, deltaBytes));
    Bytes plain(plainBytes);
    usize_t size = 0;
    const int done =
        xd3_decode_memory(octets(delta), static_cast<usize_t>(delta.size()), source(prefix),
                          static_cast<usize_t>(prefix.size()), octets(plain), &size,
                          static_cast<usize_t>(plain.size()), kFlags);
    if (done != 0 || size != plainBytes) return malformed;
    return plain;
}

#else

bool hasXdelta() {
    return false;
}

Result<Bytes> compressXdelta(ByteView, ByteView) {
    return missingXdelta();
}

Result<Bytes> decompressXdelta(ByteView, ByteView, std::size_t) {
    return missingXdelta();
}

#endif

}  // namespace cloudlet
