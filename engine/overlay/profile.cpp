#include "engine/overlay/profile.h"

#include <algorithm>

#include "engine/overlay/codec.h"
#include "engine/overlay/xdelta_codec.h"

namespace cloudlet {

const char* toString(Profile profile) {
    switch (profile) {
        case Profile::fastest:
            return "fastest";
        case Profile::balanced:
            break;
        case Profile::smallest:
            return "smallest";
    }
    return "balanced";
}

Result<Profile> parseProfile(std::string_view text) {
    for (const Profile profile : {Profile::fastest, Profile::balanced, Profile::smallest}) {
        if (text == toString(profile)) return profile;
    }
    return Error{ErrorCode::invalid,
                 "a profile is fastest, balanced or smallest, not \"" + std::string(text) + "\""};
}

Result<Codec> parseCodec(std::string_view text) {
    if (text == "zstd") return Codec::zstd;
    if (text == "lzma") return Codec::lzma;
    if (text != "xdelta3") {
        return Error{ErrorCode::invalid,
                     "a codec is zstd, lzma or xdelta3, not \"" + std::string(text) + "\""};
    }
    if (hasXdelta()) return Codec::xdelta3;
    return missingXdelta();
}

Compression Compression::of(Profile profile, std::optional<Codec> codec) {
    Compression compression;
    compression.codec = codec.value_or(profile == Profile::smallest ? Codec::lzma : Codec::zstd);
    compression.zstdLevel = profile == Profile::fastest    ? kFastestLevel
                            : profile == Profile::balanced ? kBalancedLevel
                                                           : kSmallestLevel;
    return compression;
}

Compression Compression::forNoise() const {
    Compression compression = *this;
    compression.zstdLevel = std::min(zstdLevel, kFastestLevel);
    return compression;
}

std::size_t Compression::mostAtOnce() const {
    // Measured for a full segment with a full prefix: 19.6 MiB for LZMA2, 21 for xdelta3 with
    // LZMA2, 42 for zstd at its slowest, 7 as "balanced". Two more for prefix and result.
    if (codec != Codec::zstd) return kMostPackingBytes / (23 << 20);
    if (zstdLevel > kBalancedLevel) return kMostPackingBytes / (44 << 20);
    return kMostPackingBytes / (9 << 20);
}

}  // namespace cloudlet
