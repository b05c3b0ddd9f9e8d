// The cloudlets that this computer is paired with, and what each tells of itself; the servers that
// tell of themselves on the network. Plain values, read on a job's thread.
#pragma once

#include <QString>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/net/discovery.h"
#include "engine/net/paired_servers.h"
#include "engine/net/server_state.h"

namespace cloudlet {

struct KnownCloudlet {
    PairedServer server;
    std::optional<ServerState> state;
    QString problem;  // then: why there is no state
};

struct CloudletList {
    std::vector<KnownCloudlet> known;
    std::vector<FoundServer> strangers;  // found, and none of those
    QString noDiscovery;                 // why servers cannot be found by themselves; may be empty
};

// All at once, so that one that does not answer delays nobody. Errors: PairedServers::all's.
Result<CloudletList> readCloudlets(const PairedServers& paired, std::stop_token stop);

}  // namespace cloudlet
