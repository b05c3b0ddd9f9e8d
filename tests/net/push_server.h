// A real server on a free port of the loopback, with its key and the stand-ins of push_parts.h; a
// client's file and a client's observer. No VM.
#pragma once

#include <functional>

#include "engine/net/cloudlet_server.h"
#include "engine/net/push_client.h"
#include "tests/net/push_parts.h"
#include "tests/support/memory_source.h"

namespace cloudlet::test {

class PushServer {
public:
    explicit PushServer(std::string listenAt = "127.0.0.1", Patience withThem = {})
        : address(std::move(listenAt)),
          patience(withThem),
          identity(ServerIdentity::openOrCreate(scratch / "key").value()),
          catalog(Catalog::open(scratch / "catalog").value()),
          sessions(work, scratch.path(), roomyLimits()),
          rest(catalog, sessions, gatekeeper) {
        restart();
    }

    void restart() {
        server.reset();
        server.emplace(
            CloudletServer::start({identity, rest, sessions, gatekeeper, patience}, address, 0)
                .value());
    }
    ServerAccess access(const std::string& token = "pusher") const {
        return {{address, server->port()}, identity.fingerprint, token};
    }

    const std::string address;
    const Patience patience;
    Scratch scratch;
    FakeGatekeeper gatekeeper;
    ReadingWork work;
    ServerIdentity identity;
    Catalog catalog;
    SessionTable sessions;
    Rest rest;
    std::optional<CloudletServer> server;
};

// Finishes when all has arrived, and remembers what it was told.
class Watcher : public PushObserver {
public:
    std::optional<push::Then> then = push::Then::end;
    push::Accept acceptance;
    std::vector<push::State> states;
    Bytes residueBytes;
    unsigned cuts = 0;
    std::function<void()> onAccepted;

    void accepted(const push::Accept& accept) override {
        acceptance = accept;
        if (onAccepted) onAccepted();
    }
    void state(const push::State& state) override { states.push_back(state); }
    Result<void> residue(const push::Residue& part) override {
        residueBytes.insert(residueBytes.end(), part.bytes.begin(), part.bytes.end());
        return {};
    }
    void cut(const Error&) override { ++cuts; }
    std::optional<push::Then> wanted() override {
        const bool complete = !states.empty() && states.back().phase == push::Phase::complete;
        return complete ? then : std::nullopt;
    }
};

}  // namespace cloudlet::test
