// The first 80 bytes of an overlay file (FORMAT.md, "Header"). Any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

// Not text; holds CR LF and an end-of-file character, so that a transfer as text shows.
inline constexpr std::string_view kOverlayMagic(
    "\x89"
    "CLOV\r\n\x1a",
    8);

struct OverlayHeader {
    std::uint64_t fileLength = 0;
    std::uint64_t manifestLength = 0;
    std::uint64_t tableStored = 0;
    std::uint64_t tablePlain = 0;
    Hash manifestHash;  // the overlay's id

    std::uint64_t manifestOffset() const { return kOverlayHeaderSize; }
    std::uint64_t tableOffset() const { return manifestOffset() + manifestLength; }
    std::uint64_t payloadOffset() const { return tableOffset() + tableStored; }

    Bytes serialize() const;
    // Reads the header at the start of `bytes`, every length within its limits.
    // Errors: corrupt; unsupported (another version or unknown critical flags).
    static Result<OverlayHeader> parse(ByteView bytes);
};

}  // namespace cloudlet
