// The server and its clients over real TLS connections on the loopback, without VMs.
#include "engine/net/cloudlet_server.h"

#include <sys/un.h>

#include <QtTest>
#include <semaphore>
#include <thread>

#include "engine/net/admission.h"
#include "engine/net/http_client.h"
#include "engine/net/remote_console.h"
#include "tests/net/cut_relay.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

Bytes noise(std::size_t size, unsigned seed = 7) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (std::size_t at = 0; at + 8 <= size; at += 8) {
        const std::uint64_t word = random();
        std::memcpy(&bytes[at], &word, 8);
    }
    return bytes;
}

// So many bytes of a stream; fewer, if it ends.
Bytes receive(const Fd& stream, std::size_t size) {
    Bytes bytes(size);
    std::size_t at = 0;
    while (at < size) {
        const ssize_t got = ::recv(stream.get(), &bytes[at], size - at, 0);
        if (got <= 0) break;
        at += static_cast<std::size_t>(got);
    }
    bytes.resize(at);
    return bytes;
}

// Sent as the package of a base, which has no head that must be an overlay's.
Result<void> pushNoise(PushServer& server, MemorySource& source, Watcher& watcher,
                       const std::string& token = "admin", std::stop_token stop = {}) {
    PushPlan plan;
    plan.server = server.access(token);
    plan.source = &source;
    plan.what = push::What::base;
    return pushToServer(plan, watcher, std::move(stop));
}

}  // namespace

class TestPushServer : public QObject {
    Q_OBJECT

private slots:
    void tellsItsHealthToAnybody() {
        PushServer server;
        VALUE(health, askServer(server.access(""), "GET", "/v1/health", {}, {}));
        QCOMPARE(health.at("protocol").to_number<int>(), 1);
    }

    // No synthesis, and nothing else, for who is not known.
    void refusesWhoIsNotKnown() {
        PushServer server;
        for (const char* target : {"/v1/bases", "/v1/sessions", "/v1/statistics", "/metrics"}) {
            VERIFY_ERROR(askServer(server.access("stranger"), "GET", target, {}, {}),
                         ErrorCode::permission);
        }
        MemorySource source(noise(1000));
        Watcher watcher;
        VERIFY_ERROR(pushNoise(server, source, watcher, "stranger"), ErrorCode::permission);
        VERIFY_ERROR(pushNoise(server, source, watcher, ""), ErrorCode::permission);
        VERIFY_ERROR(pushNoise(server, source, watcher, "viewer"), ErrorCode::permission);
        VERIFY_ERROR(pushNoise(server, source, watcher, "pusher"), ErrorCode::permission);
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{0});
    }

    void refusesAnotherKeyThanThePinnedOne() {
        PushServer server;
        ServerAccess access = server.access("admin");
        access.fingerprint.bytes[0] ^= std::byte{1};
        VERIFY_ERROR(askServer(access, "GET", "/v1/health", {}, {}), ErrorCode::permission);
    }

    void arrivesWhole_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("backwards");
        QTest::newRow("one byte") << 1 << false;
        QTest::newRow("some pieces") << 1'000'000 << false;
        QTest::newRow("from its end") << 3'000'000 << true;
        QTest::newRow("more than the window") << 20'000'000 << false;
    }
    void arrivesWhole() {
        QFETCH(const int, size);
        QFETCH(const bool, backwards);
        PushServer server;
        server.work.backwards = backwards;
        MemorySource source(noise(static_cast<std::size_t>(size)));
        Watcher watcher;
        VERIFY_OK(pushNoise(server, source, watcher));
        QCOMPARE(server.work.finished.load(), 1u);
        QCOMPARE(watcher.states.back().phase, push::Phase::ended);
        QCOMPARE(watcher.cuts, 0u);
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
        QCOMPARE(server.sessions.usage().receivedBytes, static_cast<std::uint64_t>(size));
        QCOMPARE(server.sessions.usage().diskBytes, std::uint64_t{0});
    }

    // N01, N02: cut anywhere, the push comes back, and what arrived is not sent again.
    void N01_comesBackAfterACut_data() {
        QTest::addColumn<int>("after");
        for (const int after : {40'000, 300'000, 1'000'000, 2'500'000}) {
            QTest::addRow("after %d bytes", after) << after;
        }
    }
    void N01_comesBackAfterACut() {
        QFETCH(const int, after);
        PushServer server;
        CutRelay relay(server.server->port(), {static_cast<std::size_t>(after), 100, 300'000});
        MemorySource source(noise(3'000'000));
        Watcher watcher;
        PushPlan plan;
        plan.server = server.access("admin");
        plan.server.address.port = relay.port();
        plan.source = &source;
        plan.what = push::What::base;
        VERIFY_OK(pushToServer(plan, watcher, {}));
        QVERIFY(watcher.cuts >= 2);
        QCOMPARE(server.work.finished.load(), 1u);
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
        QVERIFY(watcher.acceptance.receivedBytes > 0);
    }

    // Cut before anything was accepted: an error of the line, and nothing is left.
    void N05_cutWhileGreeting() {
        PushServer server;
        MemorySource source(noise(1000));
        for (const std::size_t after : {1, 100, 600, 900, 1000, 1100}) {
            CutRelay relay(server.server->port(), {after});
            Watcher watcher;
            PushPlan plan;
            plan.server = server.access("admin");
            plan.server.address.port = relay.port();
            plan.source = &source;
            plan.what = push::What::base;
            const Result<void> done = pushToServer(plan, watcher, {});
            if (!done) QCOMPARE(done.error().code, ErrorCode::unavailable);
        }
        Watcher watcher;
        VERIFY_OK(pushNoise(server, source, watcher));
    }

    // N12, and many at once: each is whole, none fails.
    void N12_aHundredAtOnce() {
        PushServer server;
        MemorySource source(noise(300'000));
        std::atomic<unsigned> good = 0;
        // One source may not greet more often at once (A07).
        std::counting_semaphore<> places(Admission::kMostOfSource);
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 100; ++i) {
                threads.emplace_back([&] {
                    Watcher watcher;
                    watcher.onAccepted = [&places] { places.release(); };
                    places.acquire();
                    if (pushNoise(server, source, watcher)) ++good;
                });
            }
        }
        QCOMPARE(good.load(), 100u);
        QCOMPARE(server.work.finished.load(), 100u);
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
    }

    // N12: while two have the same file it is stored once; either may end first.
    void N12_twoOfOneFileAreStoredOnce() {
        class Patient : public Watcher {
        public:
            std::atomic<bool> mayEnd = false;
            std::optional<push::Then> wanted() override {
                return mayEnd ? Watcher::wanted() : std::nullopt;
            }
        };
        PushServer server;
        MemorySource source(noise(300'000));
        for (const std::size_t first : {0, 1}) {
            std::array<Patient, 2> watchers;
            std::array<Result<void>, 2> done;
            std::array<std::jthread, 2> threads;
            for (std::size_t i = 0; i < 2; ++i) {
                watchers[i].then = push::Then::residue;  // here: the file itself
                threads[i] =
                    std::jthread([&, i] { done[i] = pushNoise(server, source, watchers[i]); });
            }
            const auto copies = [&server] {
                std::vector<std::weak_ptr<const File>> found;
                for (const PushSession::View& view : server.sessions.views()) {
                    const bool complete = view.state.phase == push::Phase::complete;
                    if (complete) found.push_back(server.sessions.find(view.id)->spool());
                }
                return found;
            };
            QTRY_COMPARE_WITH_TIMEOUT(copies().size(), std::size_t{2}, 60'000);
            const auto both = copies();
            QVERIFY(both[0].lock() == both[1].lock());
            for (const std::size_t i : {first, 1 - first}) {
                QVERIFY(!both[0].expired());
                watchers[i].mayEnd = true;
                threads[i].join();
                VERIFY_OK(done[i]);
                QVERIFY(watchers[i].residueBytes == noise(300'000));
            }
            // An ended session gives its room back at once.
            QTRY_VERIFY_WITH_TIMEOUT(both[0].expired(), 60'000);
        }
    }

    // Bytes that are not those that were offered: they are asked for again, twice.
    void N08_asksAgainForBytesThatLie() {
        class Liar : public MemorySource {
        public:
            Liar(Bytes bytes, unsigned lies) : MemorySource(std::move(bytes)), m_lies(lies) {}
            Result<void> read(std::span<std::byte> into, std::uint64_t offset) override {
                TRY(MemorySource::read(into, offset));
                // The offer's hash is made of the truth, which is read in parts of 1 MiB.
                if (into.size() > push::kMostPieceBytes || offset > 0 || m_lies == 0) return {};
                --m_lies;
                into[0] ^= std::byte{1};
                return {};
            }

        private:
            unsigned m_lies;
        };
        PushServer server;
        Liar seldom(noise(400'000), 2);
        Watcher watcher;
        VERIFY_OK(pushNoise(server, seldom, watcher));
        QCOMPARE(server.work.finished.load(), 1u);
        Liar always(noise(400'000), 1000);
        VERIFY_ERROR(pushNoise(server, always, watcher), ErrorCode::corrupt);
        QCOMPARE(server.work.finished.load(), 1u);
    }

    // Left running, the session is found again; then another device's token does not help.
    void keepsASessionForItsClient() {
        PushServer server;
        MemorySource source(noise(100'000));
        Watcher watcher;
        watcher.then = push::Then::keep;
        VERIFY_OK(pushNoise(server, source, watcher));
        QCOMPARE(server.sessions.usage().sessions, 1u);
        const std::string session = "/v1/sessions/" + watcher.acceptance.session;
        VERIFY_ERROR(askServer(server.access("other"), "DELETE", session, {}, {}),
                     ErrorCode::notFound);
        VERIFY_OK(askServer(server.access("admin"), "DELETE", session, {}, {}));
        QCOMPARE(server.sessions.usage().sessions, 0u);
    }

    void fetchesTheResidue() {
        PushServer server;
        MemorySource source(noise(1'500'000));
        Watcher watcher;
        watcher.then = push::Then::residue;
        VERIFY_OK(pushNoise(server, source, watcher));
        QVERIFY(watcher.residueBytes == source.bytes());
    }

    // Whoever asked for a residue must not take none, or a part of one, for a whole one.
    void tellsOfAResidueThatDidNotCome() {
        PushServer server;
        server.work.endsWithoutResidue = true;
        MemorySource source(noise(100'000));
        Watcher watcher;
        watcher.then = push::Then::residue;
        const Result<void> done = pushNoise(server, source, watcher);
        VERIFY_ERROR(done, ErrorCode::unavailable);
        QVERIFY(done.error().message.find("without sending all of its residue") !=
                std::string::npos);
        QCOMPARE(watcher.cuts, 0u);
    }

    // What the viewer sends comes back from a VNC server that only repeats.
    void relaysTheConsole() {
        PushServer server;
        const fs::path path = server.scratch / "console.sock";
        const Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.native().copy(address.sun_path, sizeof address.sun_path - 1);
        QCOMPARE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener.get(), 1), 0);
        server.work.console = path;
        MemorySource source(noise(1000));
        Watcher watcher;
        watcher.then = push::Then::keep;
        VERIFY_OK(pushNoise(server, source, watcher));
        const std::string session = watcher.acceptance.session;
        VERIFY_ERROR(RemoteConsole::open(server.access("other"), session, {}), ErrorCode::notFound);
        VALUE(console, RemoteConsole::open(server.access("admin"), session, {}));
        const Fd stream = console.takeStream();
        const Fd vnc(::accept(listener.get(), nullptr, nullptr));
        QVERIFY(stream && vnc);
        const Bytes sent = noise(50'000);  // fits the buffers on the way
        QCOMPARE(::send(stream.get(), sent.data(), sent.size(), MSG_NOSIGNAL),
                 static_cast<ssize_t>(sent.size()));
        QVERIFY(receive(vnc, sent.size()) == sent);
        QCOMPARE(::send(vnc.get(), sent.data(), sent.size(), MSG_NOSIGNAL),
                 static_cast<ssize_t>(sent.size()));
        QVERIFY(receive(stream, sent.size()) == sent);
        ::shutdown(vnc.get(), SHUT_RDWR);
        QVERIFY(receive(stream, 1).empty());
    }

    void saysThatThereIsNoConsoleYet() {
        PushServer server;
        MemorySource source(noise(1000));
        Watcher watcher;
        watcher.then = push::Then::keep;
        VERIFY_OK(pushNoise(server, source, watcher));
        const auto none =
            RemoteConsole::open(server.access("admin"), watcher.acceptance.session, {});
        VERIFY_ERROR(none, ErrorCode::notFound);
        QVERIFY(none.error().message.find("does not run") != std::string::npos);
    }

    // A04: a device that is revoked loses its live session.
    void A04_revokedMeansAtOnce() {
        PushServer server;
        MemorySource source(noise(100'000));
        Watcher watcher;
        watcher.then = std::nullopt;
        watcher.onAccepted = [&] { server.gatekeeper.revoke("admin"); };
        const Result<void> done = pushNoise(server, source, watcher);
        VERIFY_ERROR(done, ErrorCode::permission);
        VERIFY_ERROR(askServer(server.access("admin"), "GET", "/v1/bases", {}, {}),
                     ErrorCode::permission);
    }

    void cancelEndsTheSession() {
        PushServer server;
        MemorySource source(noise(100'000));
        Watcher watcher;
        watcher.then = std::nullopt;
        std::stop_source stop;
        watcher.onAccepted = [&] { stop.request_stop(); };
        VERIFY_ERROR(pushNoise(server, source, watcher, "admin", stop.get_token()),
                     ErrorCode::cancelled);
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
    }

    // A graceful end of the server is told to who is there.
    void tellsThatItEnds() {
        PushServer server;
        MemorySource source(noise(100'000));
        Watcher watcher;
        watcher.then = std::nullopt;
        std::jthread ending;
        watcher.onAccepted = [&] {
            ending = std::jthread([&] {
                while (server.work.finished == 0) std::this_thread::yield();
                server.server.reset();
            });
        };
        // It is not the person here who cancels.
        VERIFY_ERROR(pushNoise(server, source, watcher), ErrorCode::unavailable);
        ending.join();
        QCOMPARE(server.sessions.usage().failed, std::uint64_t{0});
    }

    // A07: who does not greet does not keep the others out.
    void A07_stalledHandshakesHinderNobody() {
        PushServer server;
        std::vector<Fd> stalled;
        constexpr std::uint32_t kElsewhere = 0x7F000002;  // 127.0.0.2
        for (int i = 0; i < 200; ++i) {
            stalled.push_back(connectTo(server.server->port(), kElsewhere));
        }
        VERIFY_OK(askServer(server.access(""), "GET", "/v1/health", {}, {}));
        MemorySource source(noise(1000));
        Watcher watcher;
        VERIFY_OK(pushNoise(server, source, watcher));
    }

    // N15: who speaks no TLS is no client; the connection just ends.
    void N15_plainTextIsNoRequest() {
        PushServer server;
        for (const std::string& text : {std::string("GET /v1/health HTTP/1.1\r\n\r\n"),
                                        std::string("\0\0\0\x20 of the original", 20)}) {
            const Fd socket = connectTo(server.server->port());
            QVERIFY(socket);
            QCOMPARE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
                     static_cast<ssize_t>(text.size()));
            char answer[256];
            ssize_t got = 0;
            ssize_t all = 0;
            while ((got = ::recv(socket.get(), answer, sizeof answer, 0)) > 0) all += got;
            QVERIFY(all < 64);  // an alert at most
        }
        VERIFY_OK(askServer(server.access(""), "GET", "/v1/health", {}, {}));
    }
};

QTEST_GUILESS_MAIN(TestPushServer)
#include "tst_cloudlet_server.moc"
