// What a chunk's content looks like at a glance, so that alike chunks meet in a segment. Any
// thread.
#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace cloudlet {

enum class Texture : std::uint8_t {
    structured,  // tables, heaps, mixed
    text,        // mostly printable
    code,        // machine code
    noise,       // random, encrypted or compressed: there is nothing to gain
};
inline constexpr std::size_t kTextures = 4;

// The texture of a whole chunk. `base`: the bytes it may be a delta to; may be short or empty.
// The same bytes have the same texture everywhere. Half a microsecond.
Texture textureOf(ByteView chunk, ByteView base);

}  // namespace cloudlet
