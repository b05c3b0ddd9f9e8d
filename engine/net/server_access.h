// What a client has to know of a cloudlet to speak with it: where it is, which key it shows, and
// the token by which it knows us. Plain values; any thread.
#pragma once

#include <stop_token>
#include <string>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/net/server_address.h"

namespace cloudlet {

struct ServerAccess {
    ServerAddress address;
    Hash fingerprint;
    std::string token;         // empty: not paired yet, or it is in the keyring
    std::string keyring = {};  // under this key; empty: it is here
};

// Asks the keyring if need be, which blocks (keyring.h). Errors: unavailable and notFound, with
// the remedy; cancelled.
Result<std::string> tokenOf(const ServerAccess& access, std::stop_token stop);

}  // namespace cloudlet
