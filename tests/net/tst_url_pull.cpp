// A server that fetches an overlay itself, from a real web server, into a session without a VM.
#include "engine/net/url_pull.h"

#include <QtTest>

#include "engine/net/http_client.h"
#include "tests/net/hostile_http_server.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using namespace cloudlet::test;

namespace {

constexpr int kLimitMs = 60'000;  // against hanging only

// Reads all of it from its end, and compares.
class ComparingWork : public SessionWork {
public:
    std::string expected;
    std::atomic<bool> examined{false};  // what is asked for from now on is asked by the feeder

    Result<SessionNeeds> examine(const push::Offer& offer, const Manifest* manifest,
                                 std::stop_token) override {
        examined = true;
        return SessionNeeds{1 << 20, offer.size, manifest->title};
    }
    Result<void> run(PushSession& session, std::stop_token stop) override {
        Bytes whole(session.size().value());
        for (std::size_t left = whole.size(); left > 0;) {
            const std::size_t length = std::min<std::size_t>(left, 50'000);
            left -= length;
            session.hurry(left, length);
            TRY(session.read(std::span(whole).subspan(left, length), left));
        }
        if (asText(whole) != expected) return Error{ErrorCode::corrupt, "other bytes"};
        session.tell({push::Phase::complete, {}, {}});
        while (!TRY(session.waitForFinish(20ms, stop))) continue;
        return {};
    }
};

}  // namespace

class TestUrlPull : public QObject {
    Q_OBJECT

    std::string m_file;
    std::unique_ptr<Scratch> m_scratch;
    FakeGatekeeper m_gatekeeper;
    ComparingWork m_work;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<SessionTable> m_sessions;

    static HttpPolicy anywhere() {
        HttpPolicy policy;
        policy.mayConnect = nullptr;
        policy.attempts = 2;
        policy.pause = 5ms;
        return policy;
    }
    RestAnswer ask(UrlPulls* pulls, const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& token = "pusher") {
        Rest rest(*m_catalog, *m_sessions, m_gatekeeper, pulls);
        return rest.answer({method, target, body, token, "127.0.0.1"});
    }
    static std::string offerOf(const std::string& url, const std::string& start) {
        return json::serialize(
            json::Object{{"url", url}, {"start", start}, {"forwards", json::Array()}});
    }
    json::Object begin(UrlPulls& pulls, const std::string& url) {
        const std::string body = offerOf(url, "early");
        return json::parseObject(ask(&pulls, "POST", "/v1/sessions", body).body, "it").value();
    }
    std::string phaseOf(const std::string& session) {
        const RestAnswer answer = ask(nullptr, "GET", "/v1/sessions/" + session);
        return json::string(json::parseObject(answer.body, "it").value(), "phase").value();
    }

private slots:
    void init() {
        const Bytes bytes =
            readWholeFile(fs::path(CLOUDLET_GOLDEN_FOLDER) / "format2.overlay", 1 << 20).value();
        m_file = asText(bytes);
        m_scratch = std::make_unique<Scratch>();
        m_catalog.emplace(Catalog::open(*m_scratch / "catalog").value());
        m_work.expected = m_file;
        m_work.examined = false;
        m_sessions = std::make_unique<SessionTable>(m_work, m_scratch->path(), roomyLimits());
    }
    void cleanup() {
        m_sessions.reset();
        m_catalog.reset();
    }

    void fetchesAndRuns() {
        HostileHttpServer web([&](const HttpRequest& r) { return httpPart(m_file, r); });
        UrlPulls pulls(*m_sessions, anywhere());
        const json::Object begun = begin(pulls, web.url());
        QVERIFY2(begun.contains("session"), json::serialize(begun).c_str());
        const std::string session = json::string(begun, "session").value();
        QTRY_COMPARE_WITH_TIMEOUT(phaseOf(session), "complete", kLimitMs);
        // Nobody else sees it.
        QCOMPARE(ask(nullptr, "GET", "/v1/sessions/" + session, "", "other").status, 404u);
        QCOMPARE(ask(nullptr, "DELETE", "/v1/sessions/" + session).status, 200u);
    }

    void n16WhatIsNotOfItsSizeIsRefused() {
        m_file += std::string(1000, 'x');  // the overlay's header tells its length
        HostileHttpServer web([&](const HttpRequest& r) { return httpPart(m_file, r); });
        UrlPulls pulls(*m_sessions, anywhere());
        const std::string told = json::serialize(begin(pulls, web.url()));
        QVERIFY2(told.find("something follows it") != std::string::npos, told.c_str());
    }

    // N16: what goes wrong on the way ends the session, with the reason.
    void n16AFileThatChangesEndsTheSession() {
        HostileHttpServer web([&](const HttpRequest& r) {
            const char* etag = m_work.examined ? "ETag: \"v2\"\r\n" : "ETag: \"v1\"\r\n";
            return httpPart(m_file, r, etag);
        });
        UrlPulls pulls(*m_sessions, anywhere());
        const json::Object begun = begin(pulls, web.url());
        QVERIFY2(begun.contains("session"), json::serialize(begun).c_str());
        const std::string session = json::string(begun, "session").value();
        QTRY_COMPARE_WITH_TIMEOUT(phaseOf(session), "failed", kLimitMs);
        const RestAnswer answer = ask(nullptr, "GET", "/v1/sessions/" + session);
        QVERIFY2(answer.body.find("has changed") != std::string::npos, answer.body.c_str());
    }

    // No way into the server's own network, and no more than the roles allow.
    void n16RefusesWhatIsNotAllowed() {
        HostileHttpServer web([&](const HttpRequest& r) { return httpPart(m_file, r); });
        UrlPulls pulls(*m_sessions, HttpPolicy());
        QVERIFY(json::serialize(begin(pulls, web.url())).find("public internet") !=
                std::string::npos);
        QCOMPARE(web.connections(), 0);
        const std::string body = offerOf("http://x/", "early");
        QCOMPARE(ask(&pulls, "POST", "/v1/sessions", body, "viewer").status, 403u);
        QCOMPARE(ask(&pulls, "POST", "/v1/sessions", body, "nobody").status, 403u);
        QVERIFY(ask(nullptr, "POST", "/v1/sessions", body).body.find("pull = no") !=
                std::string::npos);
        for (const std::string& wrong :
             {std::string(), std::string("{}"), offerOf("http://x/", "now"),
              offerOf("file:///etc/passwd", "early"), offerOf("", "early")}) {
            QCOMPARE(ask(&pulls, "POST", "/v1/sessions", wrong).status, 400u);
        }
        QVERIFY(m_sessions->views().empty());
    }

    void endsWhileItFetches() {
        std::atomic<bool> hold{true};
        HostileHttpServer web([&](const HttpRequest& r) {
            while (m_work.examined && hold) std::this_thread::sleep_for(1ms);
            return httpPart(m_file, r);
        });
        {
            UrlPulls pulls(*m_sessions, anywhere());
            QVERIFY(begin(pulls, web.url()).contains("session"));
            m_sessions->stop();
        }
        hold = false;
        QVERIFY(m_sessions->views().empty());
    }
};

QTEST_GUILESS_MAIN(TestUrlPull)
#include "tst_url_pull.moc"
