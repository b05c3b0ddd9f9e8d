// Overlays that a server fetches itself, from an address that a device names: sessions like any
// other, to whose file the pieces come from a web server instead of the device. Any thread.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/net/http_source.h"
#include "engine/net/session_table.h"

namespace cloudlet {

struct UrlOffer {
    std::string url;
    push::Start start = push::Start::early;
    std::vector<PortForward> forwards;
};

class UrlPulls {
public:
    // `sessions` must outlive it. The policy says where the server may be sent.
    UrlPulls(SessionTable& sessions, const HttpPolicy& policy);
    // Ends the fetching; the sessions are their table's.
    ~UrlPulls();

    // The id of the session that begins. Blocks for the overlay's head. Errors: HttpSource's,
    // SessionTable::open's.
    Result<std::string> begin(const Peer& peer, const UrlOffer& offer, std::stop_token stop);

private:
    class Feeder;
    void reap();

    SessionTable& m_sessions;
    const HttpPolicy m_policy;
    std::mutex m_mutex;  // guards m_feeders
    std::list<std::unique_ptr<Feeder>> m_feeders;
};

}  // namespace cloudlet
