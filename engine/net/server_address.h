// Where a cloudlet's server listens, as people write it: "edge1", "10.0.0.7:8021",
// "[2001:db8::7]:8021". Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cloudlet {

inline constexpr std::uint16_t kServerPort = 8021;

struct ServerAddress {
    std::string host;  // a name or an address, IPv6 without brackets
    std::uint16_t port = kServerPort;

    bool operator==(const ServerAddress&) const = default;
    std::string text() const;  // with the port, IPv6 in brackets
    // Letters, digits and what stands in names and addresses only. Errors: invalid.
    static Result<ServerAddress> parse(std::string_view text);
};

}  // namespace cloudlet
