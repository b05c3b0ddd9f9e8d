// Whether an address is one of the public internet. A server that fetches what its peers name
// connects to no other, so that it cannot be made to ask its own network or its cloud's metadata
// service for them. After the special-purpose registries of IANA (RFC 6890). Any thread.
#pragma once

struct sockaddr;

namespace cloudlet {

// False for anything but IPv4 and IPv6. An IPv4 address inside an IPv6 one (mapped, 6to4) counts
// as the IPv4 address.
bool isPublicAddress(const sockaddr& address);

}  // namespace cloudlet
