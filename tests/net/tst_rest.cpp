#include "engine/net/rest.h"

#include <QtTest>

#include "engine/base/json.h"
#include "tests/net/push_parts.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

struct Desk {
    Desk()
        : catalog(Catalog::open(scratch / "catalog").value()),
          sessions(work, scratch.path(), roomyLimits()),
          rest(catalog, sessions, gatekeeper) {}

    RestAnswer ask(const std::string& method, const std::string& target, const std::string& token,
                   const std::string& body = {}) {
        return rest.answer({method, target, body, token, "192.0.2.1"});
    }
    // A session of that peer that waits for its first byte.
    std::string begin(const std::string& peer) {
        push::Offer offer;
        offer.what = push::What::base;
        offer.size = 1000;
        return sessions.open({peer, peer, Role::pusher}, offer, nullptr, {}).value()->id();
    }
    json::Array listed(const std::string& token) {
        const RestAnswer answer = ask("GET", "/v1/sessions", token);
        return *json::array(json::parseObject(answer.body, "answer").value(), "sessions").value();
    }

    Scratch scratch;
    FakeGatekeeper gatekeeper;
    ReadingWork work;
    Catalog catalog;
    SessionTable sessions;
    Rest rest;
};

}  // namespace

class TestRest : public QObject {
    Q_OBJECT

private slots:
    // A05: what each role is answered.
    void A05_rolesAndRequests() {
        Desk desk;
        for (const char* target : {"/v1/bases", "/v1/sessions", "/v1/statistics", "/metrics"}) {
            QCOMPARE(desk.ask("GET", target, "").status, 403u);
            QCOMPARE(desk.ask("GET", target, "stranger").status, 403u);
            for (const char* token : {"viewer", "pusher", "admin"}) {
                QCOMPARE(desk.ask("GET", target, token).status, 200u);
            }
            QCOMPARE(desk.ask("PUT", target, "admin").status, 404u);
        }
        QCOMPARE(desk.ask("GET", "/v1/health", "").status, 200u);
        QCOMPARE(desk.ask("GET", "/", "admin").status, 404u);
        QCOMPARE(desk.ask("GET", "/v1/bases/../secret", "admin").status, 404u);
    }

    void pairsWithTheSecretOnly() {
        Desk desk;
        const auto pair = [&](const std::string& body) {
            return desk.ask("POST", "/v1/pair", "", body);
        };
        const RestAnswer good = pair("{\"secret\":\"sesame\",\"name\":\"phone\"}");
        QCOMPARE(good.status, 200u);
        QVERIFY(good.body.find("\"token\":\"pusher\"") != std::string::npos);
        QCOMPARE(pair("{\"secret\":\"guess\",\"name\":\"phone\"}").status, 403u);
        for (const char* bad : {"", "[]", "{", "{\"secret\":\"sesame\"}", "{\"name\":\"phone\"}"}) {
            QCOMPARE(pair(bad).status, 400u);
        }
        QCOMPARE(pair("{\"secret\":\"sesame\",\"name\":\"" + std::string(101, 'x') + "\"}").status,
                 400u);
    }

    // A06: somebody else's session is as good as none.
    void A06_sessionsOfOthersAreNotThere() {
        Desk desk;
        const std::string id = desk.begin("pusher");
        QCOMPARE(desk.listed("pusher").size(), std::size_t{1});
        QCOMPARE(desk.listed("other").size(), std::size_t{0});
        QCOMPARE(desk.listed("admin").size(), std::size_t{1});
        // A viewer sees that there is one, and nothing by which to reach it.
        QCOMPARE(desk.listed("viewer").size(), std::size_t{1});
        QVERIFY(!desk.listed("viewer")[0].as_object().contains("session"));
        QVERIFY(!desk.listed("viewer")[0].as_object().contains("forwards"));
        const RestAnswer missing = desk.ask("DELETE", "/v1/sessions/0000000000000000", "other");
        const RestAnswer foreign = desk.ask("DELETE", "/v1/sessions/" + id, "other");
        QCOMPARE(foreign.status, 404u);
        QCOMPARE(foreign.body, missing.body);
        QCOMPARE(desk.ask("DELETE", "/v1/sessions/" + id, "viewer").status, 404u);
        QCOMPARE(desk.listed("pusher").size(), std::size_t{1});
        QCOMPARE(desk.ask("DELETE", "/v1/sessions/" + id, "pusher").status, 200u);
        QCOMPARE(desk.listed("pusher").size(), std::size_t{0});
        const std::string second = desk.begin("pusher");
        QCOMPARE(desk.ask("DELETE", "/v1/sessions/" + second, "admin").status, 200u);
    }

    void countsForPrometheus() {
        Desk desk;
        desk.begin("pusher");
        const RestAnswer metrics = desk.ask("GET", "/metrics", "viewer");
        QVERIFY(metrics.type.starts_with("text/plain"));
        QVERIFY(metrics.body.find("cloudlet_sessions 1\n") != std::string::npos);
        QVERIFY(metrics.body.find("cloudlet_disk_bytes 1000\n") != std::string::npos);
        const RestAnswer statistics = desk.ask("GET", "/v1/statistics", "viewer");
        QVERIFY(statistics.body.find("\"sessions\":1,") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestRest)
#include "tst_rest.moc"
