#include "app/studio/cloudlet_list.h"

#include <algorithm>
#include <thread>

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

constexpr std::chrono::milliseconds kListen{1500};

void ask(KnownCloudlet& cloudlet, const std::stop_token& stop) {
    Result<ServerState> state = readServerState(cloudlet.server.access(), stop);
    if (state) {
        cloudlet.state = std::move(*state);
    } else {
        cloudlet.problem = toQt(state.error().message);
    }
}

}  // namespace

Result<CloudletList> readCloudlets(const PairedServers& paired, std::stop_token stop) {
    CloudletList list;
    for (PairedServer& server : TRY(paired.all()))
        list.known.push_back({std::move(server), {}, {}});
    {
        std::vector<std::jthread> threads;
        for (KnownCloudlet& cloudlet : list.known) {
            threads.emplace_back([&cloudlet, stop] { ask(cloudlet, stop); });
        }
        Result<std::vector<FoundServer>> found = discoverServers(kListen, stop);
        if (found) {
            list.strangers = std::move(*found);
        } else {
            list.noDiscovery = toQt(found.error().message);
        }
    }
    std::erase_if(list.strangers, [&list](const FoundServer& found) {
        return std::any_of(list.known.begin(), list.known.end(), [&](const KnownCloudlet& known) {
            return known.server.fingerprint == found.text.fingerprint;
        });
    });
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    return list;
}

}  // namespace cloudlet
