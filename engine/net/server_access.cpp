#include "engine/net/server_access.h"

#include "engine/net/keyring.h"

namespace cloudlet {

Result<std::string> tokenOf(const ServerAccess& access, std::stop_token stop) {
    if (access.keyring.empty()) return access.token;
    Result<std::string> token = loadFromKeyring(access.keyring, std::move(stop));
    if (token || token.error().code == ErrorCode::cancelled) return token;
    return Error{token.error().code,
                 "the token for " + access.address.text() +
                     " is in the desktop's keyring: " + token.error().message +
                     "; unlock it, or forget the cloudlet and pair with it again"};
}

}  // namespace cloudlet
