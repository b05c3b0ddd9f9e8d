// What a network does to a push: cuts, resets, silence, other addresses. Real TLS connections on
// the loopback, no VM. What was pushed is compared with its hash by the work behind them.
#include <QtTest>
#include <thread>

#include "engine/net/http_client.h"
#include "tests/net/cut_relay.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSize = 100'000;

Bytes noise(unsigned seed = 5) {
    std::mt19937 random(seed);
    Bytes bytes(kSize);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

Result<void> send(const ServerAccess& access, MemorySource& source, PushObserver& observer) {
    PushPlan plan;
    plan.server = access;
    plan.source = &source;
    plan.what = push::What::base;
    return pushToServer(plan, observer, {});
}

ServerAccess through(const CutRelay& relay, const PushServer& server) {
    ServerAccess access = server.access("admin");
    access.address.port = relay.port();
    return access;
}

// Whether a push arrives that is cut after so many of its bytes. Cut before it is accepted, it has
// no session to come back to, and a person tries again.
bool arrives(PushServer& server, MemorySource& source, std::size_t cutAfter) {
    const CutRelay relay(server.server->port(), {cutAfter});
    Watcher watcher;
    const Result<void> done = send(through(relay, server), source, watcher);
    if (done) return watcher.cuts == 1;
    const bool early = watcher.acceptance.session.empty();
    Watcher again;
    return early && done.error().code == ErrorCode::unavailable &&
           send(through(relay, server), source, again);
}

// How long the server keeps a connection on which `say` says what it says.
bool isClosed(const PushServer& server, const std::function<void(const Fd&)>& say) {
    const Fd socket = connectTo(server.server->port());
    const timeval limit{30, 0};  // against hanging only
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    say(socket);
    char answer[256];
    ssize_t got = 1;
    while (got > 0) got = ::recv(socket.get(), answer, sizeof answer, 0);
    return got == 0 || errno == ECONNRESET;
}

}  // namespace

class TestPushFaults : public QObject {
    Q_OBJECT

private slots:
    // N01: every 64th byte of the first 4 KiB; after each message is tst_push_flow's.
    void N01_cutWithinTheFirst4KiB() {
        constexpr std::size_t kStep = 64;
        constexpr std::size_t kThreads = 8;
        PushServer server;
        std::atomic<std::size_t> arrived = 0;
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < kThreads; ++i) {
                threads.emplace_back([&, i] {
                    // Each a file of its own: a base goes on where its device has left it.
                    MemorySource source(noise(static_cast<unsigned>(i)));
                    for (std::size_t at = 1 + i * kStep; at <= 4096; at += kThreads * kStep) {
                        if (arrives(server, source, at)) ++arrived;
                    }
                });
            }
        }
        QCOMPARE(arrived.load(), 4096 / kStep);
        QVERIFY(server.work.finished >= 4096 / kStep);
        QCOMPARE(server.sessions.usage().failed, std::uint64_t{0});
    }

    // N03: whoever says nothing, a byte now and then, or half of something.
    void N03_whoDoesNotSpeakIsClosed() {
        PushServer server("127.0.0.1", {1s, 15s});
        QVERIFY(isClosed(server, [](const Fd&) {}));
        QVERIFY(isClosed(server, [](const Fd& socket) {
            const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
            for (int i = 0; i < 600; ++i) {  // half a minute
                const char byte = i < 11 ? hello[static_cast<std::size_t>(i)] : 'x';
                if (::send(socket.get(), &byte, 1, MSG_NOSIGNAL) != 1) return;
                std::this_thread::sleep_for(50ms);
            }
        }));
        QVERIFY(isClosed(server, [](const Fd& socket) { ::shutdown(socket.get(), SHUT_WR); }));
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{0});
    }

    // N03: whoever is accepted and then reads nothing; its session waits for it as after a cut.
    void N03_whoDoesNotReadIsClosed() {
        PushServer server("127.0.0.1", {10s, 1s});
        MemorySource source(noise());
        Watcher watcher;
        const auto isConnected = [&] {
            const auto view = server.sessions.view(watcher.acceptance.session);
            return view && view->connected;
        };
        bool closed = false;
        watcher.onAccepted = [&] {
            if (closed) return;
            QTRY_VERIFY_WITH_TIMEOUT(!isConnected(), 30'000);
            closed = true;
        };
        VERIFY_OK(send(server.access("admin"), source, watcher));
        QVERIFY(closed);
        QCOMPARE(watcher.cuts, 1u);
    }

    // N18: all has arrived and the client has said that it is done with it.
    void N18_aResetDuringByeIsTheEnd() {
        PushServer server;
        MemorySource source(noise());
        CutRelay relay(server.server->port(), {});
        class Leaving : public Watcher {
        public:
            explicit Leaving(CutRelay& relay) : m_relay(relay) {}
            std::optional<push::Then> wanted() override {
                const auto asked = Watcher::wanted();
                if (asked) m_relay.resetAtTheNextAnswer();
                return asked;
            }

        private:
            CutRelay& m_relay;
        } watcher(relay);
        VERIFY_OK(send(through(relay, server), source, watcher));
        QVERIFY(watcher.states.back().phase == push::Phase::complete);
        QCOMPARE(watcher.cuts, 0u);
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
        QCOMPARE(server.sessions.usage().failed, std::uint64_t{0});
    }

    // N19: the device has got another address meanwhile.
    void N19_comesBackFromAnotherAddress() {
        PushServer server;
        MemorySource source(noise());
        const CutRelay relay(server.server->port(), {10'000});
        Watcher watcher;
        VERIFY_OK(send(through(relay, server), source, watcher));
        QCOMPARE(watcher.cuts, 1u);
        QCOMPARE(server.gatekeeper.sources().size(), std::size_t{2});
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
    }

    void N19_overIpv6() {
        if (!fs::exists("/proc/net/if_inet6")) QSKIP("this machine has no IPv6");
        PushServer server("::1");
        MemorySource source(noise());
        Watcher watcher;
        VERIFY_OK(send(server.access("admin"), source, watcher));
        QVERIFY(server.gatekeeper.sources().contains("::1"));
    }
};

QTEST_GUILESS_MAIN(TestPushFaults)
#include "tst_push_faults.moc"
