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

// How segments are compressed. A segment that gains nothing is stored whatever this says.
struct Compression {
    Codec codec = Codec::zstd;  // one that compresses
    int zstdLevel = 6;

    static Compression of(Profile profile, std::optional<Codec> codec = {});
};

}  // namespace cloudlet
