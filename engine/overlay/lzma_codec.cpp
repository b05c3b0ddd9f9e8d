#include "engine/overlay/lzma_codec.h"

#include <lzma.h>

#include <algorithm>
#include <memory>

#include "engine/base/check.h"

namespace cloudlet {

namespace {

const std::uint8_t* octets(ByteView bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}
std::uint8_t* octets(Bytes& bytes) {
    return reinterpret_cast<std::uint8_t*>(bytes.data());
}

// What both sides must agree on: the window holds all of prefix and content. A stream states lc,
// lp and pb itself.
lzma_options_lzma optionsFor(ByteView prefix, std::size_t plainBytes) {
    lzma_options_lzma options{};
    CHECK(!lzma_lzma_preset(&options, 6));
    // Pages hold words of four and eight bytes, and letters say little about the next one there:
    // 1.3 % smaller than the preset. Hash chains instead of trees: 1 % larger, but where prefix
    // and content are nearly the same, trees take three times as long.
    options.mf = LZMA_MF_HC4;
    options.lc = 0;
    options.lp = 2;
    options.pb = 3;
    options.dict_size = static_cast<std::uint32_t>(
        std::max<std::size_t>(LZMA_DICT_SIZE_MIN, prefix.size() + plainBytes));
    options.preset_dict = prefix.empty() ? nullptr : octets(prefix);
    options.preset_dict_size = static_cast<std::uint32_t>(prefix.size());
    return options;
}

}  // namespace

Bytes compressLzma(ByteView plain, ByteView prefix) {
    CHECK(!plain.empty());
    lzma_options_lzma options = optionsFor(prefix, plain.size());
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    // LZMA2 stores what does not compress in pieces of 64 KiB with 3 bytes each, and ends with 1.
    const std::size_t most = plain.size() + plain.size() / 1024 + 64;
    const auto room = std::make_unique_for_overwrite<std::byte[]>(most);
    std::size_t size = 0;
    CHECK(lzma_raw_buffer_encode(filters, nullptr, octets(plain), plain.size(),
                                 reinterpret_cast<std::uint8_t*>(room.get()), &size,
                                 most) == LZMA_OK);
    return {room.get(), room.get() + size};
}

Result<Bytes> decompressLzma(ByteView stream, ByteView prefix, std::size_t plainBytes) {
    lzma_options_lzma options = optionsFor(prefix, plainBytes);
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    Bytes plain(plainBytes);
    std::size_t read = 0;
    std::size_t written = 0;
    const lzma_ret done =
        lzma_raw_buffer_decode(filters, nullptr, octets(stream), &read, stream.size(),
                               octets(plain), &written, plainBytes);
    CHECK(done != LZMA_MEM_ERROR && done != LZMA_OPTIONS_ERROR && done != LZMA_PROG_ERROR);
    if (done != LZMA_OK || read != stream.size() || written != plainBytes) {
        return Error{ErrorCode::corrupt, "a compressed part is not as the format allows"};
    }
    return plain;
}

}  // namespace cloudlet
