// The plain requests of the protocol (PROTOCOL.md, "Requests"): who may ask, and the answer. Knows
// no sockets. Any thread; may touch the disk.
#pragma once

#include <string>

#include "engine/catalog/catalog.h"
#include "engine/net/gatekeeper.h"
#include "engine/net/session_table.h"

namespace cloudlet {

struct RestRequest {
    std::string method;  // "GET"
    std::string target;  // "/v1/bases"
    std::string body;
    std::string token;   // empty: none was shown
    std::string source;  // address
};

struct RestAnswer {
    unsigned status = 200;
    std::string type = "application/json";
    std::string body;
};

RestAnswer restError(const Error& error);
// The session that `target` names, if the peer may use it. Errors: notFound.
Result<std::shared_ptr<PushSession>> sessionFor(const Peer& peer, const std::string& id,
                                                const SessionTable& sessions);

class UrlPulls;

class Rest {
public:
    // All must outlive it.
    // Without `pulls` it fetches nothing.
    Rest(Catalog& catalog, SessionTable& sessions, Gatekeeper& gatekeeper,
         UrlPulls* pulls = nullptr)
        : m_catalog(catalog), m_sessions(sessions), m_gatekeeper(gatekeeper), m_pulls(pulls) {}

    RestAnswer answer(const RestRequest& request);

private:
    Result<RestAnswer> tryAnswer(const RestRequest& request);
    Result<RestAnswer> pair(const RestRequest& request);
    Result<RestAnswer> bases();
    RestAnswer sessions(const Peer& peer);
    Result<RestAnswer> session(const Peer& peer, const std::string& id);
    Result<RestAnswer> pull(const Peer& peer, const RestRequest& request);
    RestAnswer statistics();
    RestAnswer metrics();

    Catalog& m_catalog;
    SessionTable& m_sessions;
    Gatekeeper& m_gatekeeper;
    UrlPulls* m_pulls;
};

}  // namespace cloudlet
