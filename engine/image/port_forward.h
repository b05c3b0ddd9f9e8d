// A port of the host that leads to a port of the guest. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace cloudlet {

struct PortForward {
    enum class Protocol : std::uint8_t { tcp, udp };

    Protocol protocol = Protocol::tcp;
    std::uint16_t hostPort = 0;  // 0: any free one, chosen when the VM starts
    std::uint16_t guestPort = 0;

    bool operator==(const PortForward&) const = default;

    std::string text() const;  // "tcp:8080:80"
    // Reads "tcp:8080:80", "8080:80" (tcp) and the original's "tcp:8080::80".
    // Errors: invalid, saying what is accepted.
    static Result<PortForward> parse(std::string_view text);
};

}  // namespace cloudlet
