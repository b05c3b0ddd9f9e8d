#include "engine/image/port_forward.h"

#include <charconv>
#include <vector>

namespace cloudlet {

namespace {

// A decimal port; nullopt-like 0 with ok=false on anything else.
bool parsePort(std::string_view text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t colon = text.find(':');
        parts.push_back(text.substr(0, colon));
        if (colon == std::string_view::npos) return parts;
        text.remove_prefix(colon + 1);
    }
}

}  // namespace

std::string PortForward::text() const {
    return std::string(protocol == Protocol::tcp ? "tcp:" : "udp:") + std::to_string(hostPort) +
           ":" + std::to_string(guestPort);
}

Result<PortForward> PortForward::parse(std::string_view text) {
    const Error malformed{ErrorCode::invalid,
                          "\"" + std::string(text) +
                              "\" is not a port forward; write PROTOCOL:HOSTPORT:GUESTPORT, for "
                              "example tcp:8080:80"};
    PortForward forward;
    std::vector<std::string_view> parts = split(text);
    if (parts.size() == 4 && parts[2].empty()) parts.erase(parts.begin() + 2);
    if (parts.size() == 3) {
        if (parts[0] != "tcp" && parts[0] != "udp") return malformed;
        if (parts[0] == "udp") forward.protocol = Protocol::udp;
        parts.erase(parts.begin());
    }
    if (parts.size() != 2 || !parsePort(parts[0], forward.hostPort) ||
        !parsePort(parts[1], forward.guestPort) || forward.guestPort == 0) {
        return malformed;
    }
    return forward;
}

}  // namespace cloudlet
