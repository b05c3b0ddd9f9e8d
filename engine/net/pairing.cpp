#include "engine/net/pairing.h"

#include "engine/base/json.h"
#include "engine/net/http_client.h"
#include "engine/net/secret.h"

namespace cloudlet {

Result<PairedServer> pairWithServer(const PairLink& link, const std::string& deviceName,
                                    const std::string& name, std::stop_token stop) {
    PairedServer server;
    server.name = name.empty() ? link.address.host : name;
    server.address = link.address;
    server.fingerprint = link.fingerprint;
    const json::Object wanted{{"secret", link.secret}, {"name", deviceName}};
    const json::Object answer =
        TRY(askServer(server.access(), "POST", "/v1/pair", wanted, std::move(stop)));
    server.token = TRY(json::string(answer, "token"));
    if (!looksLikeSecret(server.token)) {
        return Error{ErrorCode::corrupt, link.address.text() + " gives a token that is none"};
    }
    const std::optional<Role> role = roleFromText(TRY(json::string(answer, "role")));
    if (!role) {
        return Error{ErrorCode::unsupported,
                     "the server gives a role that this version does not know; update it"};
    }
    server.role = *role;
    return server;
}

}  // namespace cloudlet
