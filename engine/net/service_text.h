// What a server says of itself on the local network (DNS-SD, TXT record of _cloudlet._tcp):
//
//   version=1                protocol
//   fingerprint=HEX          SHA-256 of its public key
//   bases=N                  how many base VMs it has
//
// Anybody may say anything there: a name that is found this way is a hint where to connect, and
// never whom to trust. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/hash.h"

namespace cloudlet {

struct ServiceText {
    std::uint32_t version = 1;
    Hash fingerprint;
    std::uint32_t bases = 0;

    bool operator==(const ServiceText&) const = default;
    std::vector<std::string> lines() const;
    // Unknown lines are ignored, of a key that stands twice the first counts (RFC 6763, 6.4).
    // nullopt, if one of the three is missing or malformed.
    static std::optional<ServiceText> parse(const std::vector<std::string>& lines);
};

}  // namespace cloudlet
