// How hard an encoder tries: what a person chooses, and what follows from it. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/result.h"
#include "engine/overlay/segment.h"

namespace cloudlet {

enum class Profile : std::uint8_t { fastest, balanced, smallest };

const char* toString(Profile profile);  // "fastest"
// Errors: invalid, naming the three.
Result<Profile> parseProfile(std::string_view text);
// "zstd", "lzma", "xdelta3": the codecs that compress. Errors: invalid, naming them; unsupported,
// if this build lacks it.
Result<Codec> parseCodec(std::string_view text);

// Of the 192 MiB that an encoder may take: the rest is for its plan.
inline constexpr std::size_t kMostPackingBytes = 160 << 20;

// How segments are compressed. A segment that gains nothing is stored whatever this says.
struct Compression {
    Codec codec = Codec::zstd;  // one that compresses
    int zstdLevel = 6;

    static Compression of(Profile profile, std::optional<Codec> codec = {});
    // For what looks random: only a repetition could make it smaller, which the fastest level finds
    // as well as a slow one.
    Compression forNoise() const;
    // How many segments may be packed at once, on however many cores: what that takes stays below
    // kMostPackingBytes.
    std::size_t mostAtOnce() const;
};

}  // namespace cloudlet
