#include "engine/net/server_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestHost = 253;  // of a DNS name

bool isHostLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

// "fe80::1%eth0" too: a link-local address is of no use without its link.
bool isIpv6(std::string_view host) {
    const std::size_t percent = host.find('%');
    const std::string address(host.substr(0, percent));
    in6_addr ignored{};
    if (::inet_pton(AF_INET6, address.c_str(), &ignored) != 1) return false;
    if (percent == std::string_view::npos) return true;
    const std::string_view link = host.substr(percent + 1);
    return !link.empty() && link.size() < 16 && std::all_of(link.begin(), link.end(), isHostLetter);
}

bool isName(std::string_view host) {
    return !host.empty() && host.size() <= kLongestHost && host.front() != '-' &&
           host.front() != '.' && std::all_of(host.begin(), host.end(), isHostLetter);
}

bool readPort(std::string_view text, std::uint16_t& port) {
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, port);
    return error == std::errc() && at == end && port != 0 && text.front() != '0';
}

}  // namespace

std::string ServerAddress::text() const {
    const std::string name = host.find(':') != std::string::npos ? "[" + host + "]" : host;
    return name + ":" + std::to_string(port);
}

Result<ServerAddress> ServerAddress::parse(std::string_view text) {
    const Error malformed{ErrorCode::invalid,
                          "\"" + escapeForTerminal(text) +
                              "\" is no address of a server; write NAME, NAME:PORT or [IPv6]:PORT"};
    ServerAddress address;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return malformed;
        address.host = text.substr(1, close - 1);
        if (!isIpv6(address.host)) return malformed;
        port = text.substr(close + 1);
    } else if (isIpv6(text)) {
        address.host = text;
    } else {
        const std::size_t colon = text.find(':');
        address.host = text.substr(0, colon);
        if (!isName(address.host)) return malformed;
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    if (port.empty()) return address;
    if (port.size() < 2 || port.front() != ':' || !readPort(port.substr(1), address.port)) {
        return malformed;
    }
    return address;
}

}  // namespace cloudlet
