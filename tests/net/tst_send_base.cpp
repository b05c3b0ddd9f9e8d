// A base goes from one catalog to another through a real server on the loopback, whose work is the
// real one; no VM is started, so that its hypervisor is never asked.
#include "engine/net/send_base.h"

#include "engine/jobs/export_base.h"
#include "engine/net/synthesis_work.h"
#include "tests/jobs/package_fixture.h"
#include "tests/net/cut_relay.h"
#include "tests/net/push_server.h"
#include "tests/overlay/letter_images.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// Fake, named so.
class NoHypervisor : public Hypervisor {
public:
    std::string uri() const override { return "none"; }
    std::string qemuVersion() const override { return "none"; }
    Result<std::vector<std::string>> machineTypes(std::stop_token) override { return none(); }
    Result<void> checkMachine(const MachineSpec&, std::stop_token) override { return none(); }
    Result<std::unique_ptr<Domain>> boot(const DomainPlan&, Start, std::stop_token) override {
        return none();
    }
    Result<std::unique_ptr<Domain>> resume(const DomainPlan&, ByteView, Start,
                                           std::stop_token) override {
        return none();
    }
    Result<std::unique_ptr<Domain>> find(const std::string&, std::stop_token) override {
        return none();
    }
    Result<std::vector<DomainSummary>> list(std::stop_token) override { return none(); }

private:
    static Error none() { return {ErrorCode::unavailable, "no hypervisor here"}; }
};

class ImportingServer {
public:
    ImportingServer()
        : identity(ServerIdentity::openOrCreate(scratch / "key").value()),
          catalog(Catalog::open(scratch / "there").value()),
          work(catalog, hypervisor),
          sessions(work, scratch.path(), roomyLimits()),
          rest(catalog, sessions, gatekeeper),
          server(CloudletServer::start({identity, rest, sessions, gatekeeper}, "127.0.0.1", 0)
                     .value()) {}

    PairedServer pairedAs(Role role, std::uint16_t port = 0) const {
        return {"edge",
                {"127.0.0.1", port != 0 ? port : server.port()},
                identity.fingerprint,
                role,
                toString(role)};
    }

    Scratch scratch;
    FakeGatekeeper gatekeeper;
    NoHypervisor hypervisor;
    ServerIdentity identity;
    Catalog catalog;
    SynthesisWork work;
    SessionTable sessions;
    Rest rest;
    CloudletServer server;
};

Manifest overlayOf(const BaseRecord& base) {
    Manifest manifest;
    manifest.base.id = base.id;
    manifest.base.name = base.name;
    return manifest;
}

}  // namespace

class TestSendBase : public QObject {
    Q_OBJECT

    Scratch m_scratch;
    std::optional<Catalog> m_here;

    bool nothingIsLeftHere() const { return entryCount(m_here->layout().incoming()) == 0; }

private slots:
    void initTestCase() { m_here.emplace(Catalog::open(m_scratch / "here").value()); }

    void bringsItOnce() {
        ImportingServer server;
        VALUE(base, addRichBase(*m_here, "alpha"));
        const PairedServer admin = server.pairedAs(Role::admin);
        Progress progress;
        VALUE(sent, sendBaseIfMissing(*m_here, overlayOf(base), admin, progress, {}));
        QVERIFY(sent);
        VALUE(there, server.catalog.baseById(base.id));
        QVERIFY(there.vm == base.vm);
        VERIFY_OK(server.catalog.verifyBase(base.id, progress, {}));
        QVERIFY(nothingIsLeftHere());
        VALUE(again, sendBaseIfMissing(*m_here, overlayOf(base), admin, progress, {}));
        QVERIFY(!again);
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
        VALUE(most, mostBytesOf(base));
        QVERIFY(most >= server.sessions.usage().receivedBytes / 2);
    }

    void comesBackAfterCuts() {
        ImportingServer server;
        VALUE(base, addHeavyBase(*m_here, 3));
        CutRelay relay(server.server.port(), {300'000, 1'000'000});
        Progress progress;
        VERIFY_OK(sendBase(*m_here, base.id, server.pairedAs(Role::admin, relay.port()).access(),
                           progress, {}));
        VERIFY_OK(server.catalog.verifyBase(base.id, progress, {}));
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
        QVERIFY(!progress.takeNotices().empty());
    }

    // Its next process packs the same file; what has arrived is not sent again.
    void goesOnAfterTheClientWasRestarted() {
        ImportingServer server;
        VALUE(base, addHeavyBase(*m_here, 3));
        Progress progress;
        VERIFY_OK(exportBase(*m_here, base.id, m_scratch / "package", {}, progress, {}));
        const auto size = static_cast<std::size_t>(fs::file_size(m_scratch / "package"));
        std::deque<std::size_t> limits(10'000, 1);  // whoever was cut off does not come back
        limits.front() = 1'000'000;
        const CutRelay dying(server.server.port(), limits);
        std::stop_source stop;
        const std::jthread killer([&](const std::stop_token& over) {
            while (progress.takeNotices().empty() && !over.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            stop.request_stop();
        });
        VERIFY_ERROR(sendBase(*m_here, base.id, server.pairedAs(Role::admin, dying.port()).access(),
                              progress, stop.get_token()),
                     ErrorCode::cancelled);
        // Without what has arrived, which is less than the limit by what TLS and frames take.
        const CutRelay rest(server.server.port(), {size - 700'000});
        Progress again;
        VERIFY_OK(sendBase(*m_here, base.id, server.pairedAs(Role::admin, rest.port()).access(),
                           again, {}));
        QVERIFY(again.takeNotices().empty());  // of a cut
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{1});
        VERIFY_OK(server.catalog.verifyBase(base.id, again, {}));
        QVERIFY(nothingIsLeftHere());
    }

    void cancelledItLeavesNothing() {
        ImportingServer server;
        VALUE(base, addHeavyBase(*m_here, 8));
        Progress progress;
        std::stop_source stop;
        const std::jthread canceller([&](const std::stop_token& over) {
            while (progress.snapshot().stage != "sending the base" && !over.stop_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            stop.request_stop();
        });
        const Result<void> done = sendBase(*m_here, base.id, server.pairedAs(Role::admin).access(),
                                           progress, stop.get_token());
        QVERIFY(nothingIsLeftHere());
        // At once, unless the server was too slow to accept it before the client left.
        QTRY_COMPARE_WITH_TIMEOUT(server.sessions.usage().sessions, 0u, 150'000);
        // Where sending is faster than the one who cancels, it is there, and whole.
        if (done) return;
        QCOMPARE(done.error().code, ErrorCode::cancelled);
        QVERIFY(server.catalog.bases()->empty());
    }

    void onlyAdminsMay() {
        ImportingServer server;
        VALUE(base, addRichBase(*m_here, "beta"));
        Progress progress;
        const auto refused = sendBaseIfMissing(*m_here, overlayOf(base),
                                               server.pairedAs(Role::pusher), progress, {});
        VERIFY_ERROR(refused, ErrorCode::permission);
        QVERIFY(refused.error().message.find("--role admin") != std::string::npos);
        // Whatever this side believes of its role.
        PairedServer liar = server.pairedAs(Role::pusher);
        liar.role = Role::admin;
        VERIFY_ERROR(sendBaseIfMissing(*m_here, overlayOf(base), liar, progress, {}),
                     ErrorCode::permission);
        QCOMPARE(server.sessions.usage().begun, std::uint64_t{0});
    }

    void saysWhatIsNotHereEither() {
        ImportingServer server;
        BaseRecord unknown;
        unknown.id.hash.bytes[0] = std::byte{1};
        Progress progress;
        VERIFY_ERROR(sendBaseIfMissing(*m_here, overlayOf(unknown), server.pairedAs(Role::admin),
                                       progress, {}),
                     ErrorCode::notFound);
        QVERIFY(nothingIsLeftHere());
    }

    void explainsARefusalForWantOfTheBase() {
        ImportingServer server;
        const Workshop shop;
        const BaseImages images = shop.base({letters("ABCD"), letters("M0")});
        MemorySource overlay(shop.encode(images, {letters("ABxD"), letters("MN")}));
        PushPlan plan;
        plan.server = server.pairedAs(Role::admin).access();
        plan.source = &overlay;
        Watcher watcher;
        const Result<void> pushed = pushToServer(plan, watcher, {});
        VERIFY_ERROR(pushed, ErrorCode::notFound);
        const auto explained = [&](Role role, const Error& refusal) {
            return explainRefusal(refusal, server.pairedAs(role), overlay, {});
        };
        const Error toAdmin = explained(Role::admin, pushed.error());
        QCOMPARE(toAdmin.code, ErrorCode::notFound);
        QVERIFY(toAdmin.message.find("--send-base") != std::string::npos);
        const Error toPusher = explained(Role::pusher, pushed.error());
        QVERIFY(toPusher.message.find("--role admin") != std::string::npos);
        const Error other{ErrorCode::inUse, "full"};
        QCOMPARE(explained(Role::admin, other).message, other.message);
    }
};

QTEST_GUILESS_MAIN(TestSendBase)
#include "tst_send_base.moc"
