#include "engine/overlay/codec.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>

namespace cloudlet {

namespace {

constexpr std::string_view kFrameMagic("\x28\xb5\x2f\xfd", 4);

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    CHECK(context != nullptr);
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    CHECK(context != nullptr);
    return context.get();
}

void set(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value) {
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)));
}

// The window that reaches from the end of the content to the start of the prefix.
int windowLogFor(std::size_t bytes) {
    const ZSTD_bounds bounds = ZSTD_cParam_getBounds(ZSTD_c_windowLog);
    return std::clamp(static_cast<int>(std::bit_width(bytes)), bounds.lowerBound, 27);
}

// Single segment, content size, no checksum, no dictionary id: then there is no window field
// whose word would have to be trusted.
bool hasAllowedDescriptor(ByteView frame) {
    return frame.size() > kFrameMagic.size() &&
           asText(frame.first(kFrameMagic.size())) == kFrameMagic &&
           (std::to_integer<unsigned>(frame[4]) & 0x3f) == 0x20;
}

}  // namespace

Bytes compressFrame(ByteView plain, ByteView prefix, int level) {
    ZSTD_CCtx* context = compressor();
    CHECK(!ZSTD_isError(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)));
    set(context, ZSTD_c_compressionLevel, level);
    set(context, ZSTD_c_windowLog, windowLogFor(plain.size() + prefix.size()));
    set(context, ZSTD_c_contentSizeFlag, 1);
    set(context, ZSTD_c_checksumFlag, 0);
    set(context, ZSTD_c_dictIDFlag, 0);
    CHECK(!ZSTD_isError(ZSTD_CCtx_refPrefix(context, prefix.data(), prefix.size())));
    // Room that is not touched costs nothing, and what waits to be written holds no more than it
    // is.
    const std::size_t most = ZSTD_compressBound(plain.size());
    const auto room = std::make_unique_for_overwrite<std::byte[]>(most);
    const std::size_t size = ZSTD_compress2(context, room.get(), most, plain.data(), plain.size());
    CHECK(!ZSTD_isError(size));
    Bytes frame(room.get(), room.get() + size);
    CHECK(hasAllowedDescriptor(frame));
    return frame;
}

Result<Bytes> decompressFrame(ByteView frame, ByteView prefix, std::size_t plainBytes) {
    const Error malformed{ErrorCode::corrupt, "a compressed part is not as the format allows"};
    if (!hasAllowedDescriptor(frame)) return malformed;
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != plainBytes) return malformed;
    if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return malformed;
    ZSTD_DCtx* context = decompressor();
    CHECK(!ZSTD_isError(ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)));
    CHECK(!ZSTD_isError(ZSTD_DCtx_refPrefix(context, prefix.data(), prefix.size())));
    Bytes into(plainBytes);
    const std::size_t size =
        ZSTD_decompressDCtx(context, into.data(), into.size(), frame.data(), frame.size());
    if (ZSTD_isError(size) || size != plainBytes) return malformed;
    return into;
}

}  // namespace cloudlet
