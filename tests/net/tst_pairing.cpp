// Pairing with a real server over real TLS, and what a device is without it.
#include "engine/net/pairing.h"

#include <QtTest>

#include "engine/net/http_client.h"
#include "engine/net/paired_gatekeeper.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// A server whose gatekeeper is the real one.
struct PairingServer {
    PairingServer()
        : identity(ServerIdentity::openOrCreate(scratch / "key").value()),
          trust(TrustStore::open(scratch / "key").value()),
          gatekeeper(trust),
          catalog(Catalog::open(scratch / "catalog").value()),
          sessions(work, scratch.path(), roomyLimits()),
          rest(catalog, sessions, gatekeeper),
          server(CloudletServer::start({identity, rest, sessions, gatekeeper}, "127.0.0.1", 0)
                     .value()) {}

    PairLink link(Role role = Role::pusher) {
        return {{"127.0.0.1", server.port()},
                identity.fingerprint,
                trust.invite(role, std::chrono::system_clock::now()).value()};
    }

    Scratch scratch;
    ServerIdentity identity;
    TrustStore trust;
    PairedGatekeeper gatekeeper;
    ReadingWork work;
    Catalog catalog;
    SessionTable sessions;
    Rest rest;
    CloudletServer server;
};

}  // namespace

class TestPairing : public QObject {
    Q_OBJECT

private slots:
    void givesATokenThatCounts() {
        PairingServer server;
        VALUE(paired, pairWithServer(server.link(Role::viewer), "laptop", "", {}));
        QCOMPARE(paired.name, "127.0.0.1");
        QVERIFY(paired.role == Role::viewer);
        VERIFY_OK(askServer(paired.access(), "GET", "/v1/bases", {}, {}));
        const std::vector<Device> devices = server.trust.devices().value();
        QCOMPARE(devices.size(), std::size_t{1});
        QCOMPARE(devices[0].name, "laptop");
        VERIFY_OK(server.trust.revoke("laptop", std::chrono::system_clock::now()));
        VERIFY_ERROR(askServer(paired.access(), "GET", "/v1/bases", {}, {}), ErrorCode::permission);
    }

    // A03: used, wrong, and the fourth try.
    void a03ALinkCountsOnce() {
        PairingServer server;
        const PairLink link = server.link();
        VERIFY_OK(pairWithServer(link, "laptop", "edge", {}));
        for (int i = 0; i < 3; ++i) {
            const auto again = pairWithServer(link, "laptop", "edge", {});
            VERIFY_ERROR(again, ErrorCode::permission);
            QVERIFY(again.error().message.find(link.secret) == std::string::npos);
        }
        const auto fresh = pairWithServer(server.link(), "laptop", "edge", {});
        VERIFY_ERROR(fresh, ErrorCode::permission);
        QVERIFY(fresh.error().message.find("10 minutes") != std::string::npos);
        QCOMPARE(server.trust.devices()->size(), std::size_t{1});
    }

    // A03, A12: whoever answers in its place has another key, and gets no secret.
    void a12AManInTheMiddleGetsNothing() {
        PairingServer server;
        PairingServer other;
        PairLink link = server.link();
        link.address.port = other.server.port();
        const auto paired = pairWithServer(link, "laptop", "edge", {});
        VERIFY_ERROR(paired, ErrorCode::permission);
        QVERIFY(paired.error().message.find("another key") != std::string::npos);
        link.address.port = server.server.port();
        VERIFY_OK(pairWithServer(link, "laptop", "edge", {}));  // the secret was not spent
    }

    // A01: without a token, or with one that is none, everything but health is refused.
    void a01WhoIsNotPairedGetsNoAnswer() {
        PairingServer server;
        const PairLink link = server.link();
        for (const std::string& token : {std::string(), std::string(43, 'x'), link.secret}) {
            const ServerAccess access{link.address, link.fingerprint, token};
            VERIFY_OK(askServer(access, "GET", "/v1/health", {}, {}));
            for (const char* target : {"/v1/bases", "/v1/sessions", "/v1/statistics", "/metrics",
                                       "/v1/sessions/x", "/v1/nothing", "/"}) {
                VERIFY_ERROR(askServer(access, "GET", target, {}, {}), ErrorCode::permission);
            }
            for (const char* method : {"DELETE", "POST", "PUT"}) {
                VERIFY_ERROR(askServer(access, method, "/v1/sessions/x", {{"a", 1}}, {}),
                             ErrorCode::permission);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestPairing)
#include "tst_pairing.moc"
