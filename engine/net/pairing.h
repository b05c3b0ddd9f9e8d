// The client's side of pairing: a link's secret for a token of this device's own. Blocks; any
// thread.
#pragma once

#include <stop_token>

#include "engine/net/pair_link.h"
#include "engine/net/paired_servers.h"

namespace cloudlet {

// `deviceName` is what the server lists, `name` what we call the server, "" for its host. The
// result is not stored yet. Errors: permission (the secret is used or too old; another key);
// unavailable (nobody answers); cancelled.
Result<PairedServer> pairWithServer(const PairLink& link, const std::string& deviceName,
                                    const std::string& name, std::stop_token stop);

}  // namespace cloudlet
