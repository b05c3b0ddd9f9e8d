// What a client has to know of a cloudlet to speak with it: where it is, which key it shows, and
// the token by which it knows us. Plain values.
#pragma once

#include <string>

#include "engine/base/hash.h"
#include "engine/net/server_address.h"

namespace cloudlet {

struct ServerAccess {
    ServerAddress address;
    Hash fingerprint;
    std::string token;  // empty: not paired yet
};

}  // namespace cloudlet
