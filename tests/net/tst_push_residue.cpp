// What a VM has become comes back to its client, whatever is cut: over real TLS connections on the
// loopback, with a stand-in for the VM whose residue is the file that was pushed.
#include <QtTest>

#include "engine/net/residue_file.h"
#include "tests/net/cut_relay.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr std::size_t kSize = 1'500'000;

Bytes noise() {
    std::mt19937 random(3);
    Bytes bytes(kSize);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

PushPlan planFor(PushServer& server, MemorySource& source) {
    PushPlan plan;
    plan.server = server.access("admin");
    plan.source = &source;
    plan.what = push::What::base;
    return plan;
}

// A push whose residue is wanted, through a relay that cuts what the server says.
Result<void> pushThrough(PushServer& server, const CutRelay& relay, MemorySource& source,
                         Watcher& watcher) {
    PushPlan plan = planFor(server, source);
    plan.server.address.port = relay.port();
    watcher.then = push::Then::residue;
    return pushToServer(plan, watcher, {});
}

// Returns the session, which goes on without its client.
std::string leaveRunning(PushServer& server, MemorySource& source) {
    Watcher watcher;
    watcher.then = push::Then::keep;
    CHECK(pushToServer(planFor(server, source), watcher, {}));
    return watcher.acceptance.session;
}

}  // namespace

class TestPushResidue : public QObject {
    Q_OBJECT

private slots:
    // The client goes on where it was cut, and the server forgets nothing before it is told to.
    void comesBackAfterCuts() {
        PushServer server;
        MemorySource source(noise());
        const CutRelay relay(server.server->port(), {400'000, 900'000},
                             CutRelay::Count::fromServer);
        Watcher watcher;
        VERIFY_OK(pushThrough(server, relay, source, watcher));
        QVERIFY(watcher.residueBytes == source.bytes());
        QCOMPARE(watcher.cuts, 2u);
        QCOMPARE(relay.connections(), std::size_t{3});
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
        QCOMPARE(server.sessions.usage().failed, std::uint64_t{0});
    }

    // No other session's is taken for it.
    void saysThatItIsLostWithItsSession() {
        PushServer server;
        MemorySource source(noise());
        const CutRelay relay(server.server->port(), {400'000}, CutRelay::Count::fromServer);
        class Ending : public Watcher {
        public:
            explicit Ending(PushServer& server) : m_server(server) {}
            void cut(const Error& error) override {
                Watcher::cut(error);
                CHECK(m_server.sessions.end(acceptance.session));
            }

        private:
            PushServer& m_server;
        } watcher(server);
        VERIFY_ERROR(pushThrough(server, relay, source, watcher), ErrorCode::notFound);
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
    }

    // Of a session that was left running, by its own device, which needs no overlay for it.
    void isFetchedLater() {
        PushServer server;
        MemorySource source(noise());
        const std::string session = leaveRunning(server, source);
        Watcher watcher;
        watcher.then = push::Then::end;  // is not asked
        VERIFY_ERROR(fetchResidue(server.access("other"), session, watcher, {}),
                     ErrorCode::notFound);
        VERIFY_ERROR(fetchResidue(server.access("admin"), "none", watcher, {}),
                     ErrorCode::notFound);
        const CutRelay relay(server.server->port(), {400'000}, CutRelay::Count::fromServer);
        ServerAccess access = server.access("admin");
        access.address.port = relay.port();
        VERIFY_OK(fetchResidue(access, session, watcher, {}));
        QVERIFY(watcher.residueBytes == source.bytes());
        QCOMPARE(watcher.cuts, 1u);
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
    }

    // A fetch that is cancelled costs nothing.
    void isKeptForAnotherTry() {
        PushServer server;
        MemorySource source(noise());
        const std::string session = leaveRunning(server, source);
        class Impatient : public Watcher {
        public:
            std::stop_source stop;
            Result<void> residue(const push::Residue&) override {
                stop.request_stop();
                return {};
            }
        } impatient;
        VERIFY_ERROR(
            fetchResidue(server.access("admin"), session, impatient, impatient.stop.get_token()),
            ErrorCode::cancelled);
        Watcher watcher;
        VERIFY_OK(fetchResidue(server.access("admin"), session, watcher, {}));
        QVERIFY(watcher.residueBytes == source.bytes());
    }

    // What could not be kept was not taken: the server has it still.
    void isForgottenOnlyWhenItIsKept() {
        PushServer server;
        MemorySource source(noise());
        const std::string session = leaveRunning(server, source);
        const Scratch scratch;
        class Hindered : public Watcher {
        public:
            explicit Hindered(const fs::path& path)
                : m_path(path), m_file(ResidueFile::create(path).value()) {}
            Result<void> residue(const push::Residue& part) override {
                fs::create_directory(m_path);  // no file can take its place
                return m_file.write(part);
            }

        private:
            fs::path m_path;
            ResidueFile m_file;
        };
        {
            Hindered hindered(scratch / "hindered");
            QVERIFY(!fetchResidue(server.access("admin"), session, hindered, {}));
        }
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), std::ptrdiff_t{1});
        Progress progress;
        const ServerAccess access = server.access("admin");
        VERIFY_OK(fetchResidueInto(scratch / "whole", access, session, progress, {}));
        VALUE(whole, readWholeFile(scratch / "whole", 2 * kSize));
        QVERIFY(whole == source.bytes());
        QTRY_COMPARE(server.sessions.usage().sessions, 0u);
    }
};

QTEST_GUILESS_MAIN(TestPushResidue)
#include "tst_push_residue.moc"
