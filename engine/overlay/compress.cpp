#include "engine/overlay/compress.h"

#include "engine/overlay/codec.h"
#include "engine/overlay/lzma_codec.h"
#include "engine/overlay/xdelta_codec.h"

namespace cloudlet {

namespace {

constexpr int kProbeLevel = 1;

// A probe that saves less than a 64th says that there is nothing to find: compressed or random
// bytes. A slow codec would find another percent of what is left at a hundred times the cost.
bool isIncompressible(std::size_t plain, std::size_t probed) {
    return probed >= plain - plain / 64;
}

Result<Bytes> encodeWith(const Compression& how, ByteView plain, ByteView prefix) {
    if (how.codec == Codec::lzma) return compressLzma(plain, prefix);
    if (how.codec == Codec::xdelta3) return compressXdelta(plain, prefix);
    return compressFrame(plain, prefix, how.zstdLevel);
}

}  // namespace

Result<Compressed> compressContent(ByteView plain, ByteView prefix, const Compression& how) {
    const auto stored = [&] { return Compressed{Codec::stored, {plain.begin(), plain.end()}}; };
    Compressed probe;
    if (how.codec != Codec::zstd) {
        probe = {Codec::zstd, compressFrame(plain, prefix, kProbeLevel)};
        if (isIncompressible(plain.size(), probe.bytes.size())) return stored();
    }
    Compressed best{how.codec, TRY(encodeWith(how, plain, prefix))};
    if (!probe.bytes.empty() && probe.bytes.size() < best.bytes.size()) best = std::move(probe);
    return best.bytes.size() < plain.size() ? std::move(best) : stored();
}

Result<Bytes> decompressContent(Codec codec, ByteView stored, ByteView prefix,
                                std::size_t plainBytes) {
    CHECK(compresses(codec));
    if (codec == Codec::lzma) return decompressLzma(stored, prefix, plainBytes);
    if (codec == Codec::xdelta3) return decompressXdelta(stored, prefix, plainBytes);
    return decompressFrame(stored, prefix, plainBytes);
}

}  // namespace cloudlet
