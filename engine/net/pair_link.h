// What `synthesis_server pair` prints and `cloudlet pair` takes, as text or as a QR code:
//
//   cloudlet://HOST:PORT/#FINGERPRINT,SECRET
//
// Behind the #, so that a browser that follows it would send neither to anybody. The fingerprint
// is the SHA-256 of the server's public key in base64url, the secret admits one device once.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/net/server_address.h"

namespace cloudlet {

struct PairLink {
    ServerAddress address;
    Hash fingerprint;
    std::string secret;

    bool operator==(const PairLink&) const = default;
    std::string text() const;
    // The spelling of text() only. Errors: invalid; the secret is never in the message.
    static Result<PairLink> parse(std::string_view text);
};

}  // namespace cloudlet
