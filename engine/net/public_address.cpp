#include "engine/net/public_address.h"

#include <netinet/in.h>

#include <cstdint>
#include <cstring>

namespace cloudlet {

namespace {

struct Network4 {
    std::uint32_t address;
    int bits;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

constexpr Network4 kSpecial[] = {
    {quad(0, 0, 0, 0), 8},        // this host
    {quad(10, 0, 0, 0), 8},       // private
    {quad(100, 64, 0, 0), 10},    // behind a provider's NAT
    {quad(127, 0, 0, 0), 8},      // loopback
    {quad(169, 254, 0, 0), 16},   // link-local: metadata services of clouds
    {quad(172, 16, 0, 0), 12},    // private
    {quad(192, 0, 0, 0), 24},     // protocol assignments
    {quad(192, 0, 2, 0), 24},     // documentation
    {quad(192, 88, 99, 0), 24},   // 6to4 relays
    {quad(192, 168, 0, 0), 16},   // private
    {quad(198, 18, 0, 0), 15},    // benchmarks
    {quad(198, 51, 100, 0), 24},  // documentation
    {quad(203, 0, 113, 0), 24},   // documentation
    {quad(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

bool isPublic4(const std::uint8_t* bytes) {
    const std::uint32_t address = quad(bytes[0], bytes[1], bytes[2], bytes[3]);
    for (const Network4& network : kSpecial) {
        if ((address ^ network.address) >> (32 - network.bits) == 0) return false;
    }
    return true;
}

bool isPublic6(const std::uint8_t* bytes) {
    static constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(bytes, kMapped, sizeof kMapped) == 0) return isPublic4(bytes + 12);
    const unsigned first = unsigned{bytes[0]} << 8 | bytes[1];
    const unsigned second = unsigned{bytes[2]} << 8 | bytes[3];
    if (first == 0x2002) return isPublic4(bytes + 2);             // 6to4
    if (first == 0x2001 && second < 0x0200) return false;         // protocols, Teredo, ORCHID
    if (first == 0x2001 && second == 0x0db8) return false;        // documentation
    if (first == 0x3fff && (second & 0xf000) == 0) return false;  // documentation
    return (first & 0xe000) == 0x2000;                            // what is assigned at all
}

}  // namespace

bool isPublicAddress(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return isPublic4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        return isPublic6(v6.sin6_addr.s6_addr);
    }
    return false;
}

}  // namespace cloudlet
