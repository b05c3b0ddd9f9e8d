#include "engine/net/paired_gatekeeper.h"

#include <QtTest>

#include "engine/net/secret.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using cloudlet::test::Scratch;

class TestPairedGatekeeper : public QObject {
    Q_OBJECT

    std::unique_ptr<Scratch> m_scratch;
    std::optional<TrustStore> m_store;
    std::unique_ptr<PairedGatekeeper> m_gate;
    std::chrono::seconds m_passed{0};

    std::string invite(Role role = Role::pusher) {
        return m_store->invite(role, WallTime() + 24h + m_passed).value();
    }

private slots:
    void init() {
        m_scratch = std::make_unique<Scratch>();
        m_store.emplace(TrustStore::open(*m_scratch / "trust").value());
        m_passed = 0s;
        m_gate = std::make_unique<PairedGatekeeper>(
            *m_store, Clocks{[this] { return WallTime() + 24h + m_passed; },
                             [this] { return RateLimiter::Time() + 24h + m_passed; }});
    }

    void aPairedDeviceIsKnownByItsToken() {
        VALUE(token, m_gate->admit(invite(Role::admin), "phone", "10.0.0.1"));
        VALUE(peer, m_gate->peerOf(token, "10.0.0.2"));
        QCOMPARE(peer.name, "phone");
        QVERIFY(peer.role == Role::admin);
        QVERIFY(m_gate->isTrusted(peer));
        VERIFY_OK(m_store->revoke("phone", WallTime() + 25h));
        QVERIFY(!m_gate->isTrusted(peer));
        VERIFY_ERROR(m_gate->peerOf(token, "10.0.0.2"), ErrorCode::permission);
    }

    // A03: after three wrong secrets the right one does not help that source; others it does.
    void a03TheFourthAttemptIsRefused() {
        const std::string right = invite();
        for (int i = 0; i < 3; ++i) {
            VERIFY_ERROR(m_gate->admit(randomSecret().value(), "x", "10.0.0.1"),
                         ErrorCode::permission);
        }
        const auto fourth = m_gate->admit(right, "x", "10.0.0.1");
        VERIFY_ERROR(fourth, ErrorCode::permission);
        QVERIFY(fourth.error().message.find("10 minutes") != std::string::npos);
        VERIFY_OK(m_gate->admit(right, "x", "10.0.0.2"));
        m_passed = 600s;
        VERIFY_OK(m_gate->admit(invite(), "x", "10.0.0.1"));
    }

    // A03: what was sent once is of no use to who recorded it.
    void a03AReplayIsRefused() {
        const std::string secret = invite();
        VERIFY_OK(m_gate->admit(secret, "x", "10.0.0.1"));
        VERIFY_ERROR(m_gate->admit(secret, "x", "10.0.0.1"), ErrorCode::permission);
    }

    void aNameThatIsRefusedIsNoGuess() {
        const std::string secret = invite();
        for (int i = 0; i < 5; ++i) {
            VERIFY_ERROR(m_gate->admit(secret, "", "10.0.0.1"), ErrorCode::invalid);
        }
        VERIFY_OK(m_gate->admit(secret, "x", "10.0.0.1"));
    }

    void guessingTokensIsLimited() {
        VALUE(token, m_gate->admit(invite(), "x", "10.0.0.1"));
        for (std::size_t i = 0; i < PairedGatekeeper::kMostTokenFailures; ++i) {
            VERIFY_OK(m_gate->peerOf(token, "::ffff:10.0.0.1"));
            VERIFY_ERROR(m_gate->peerOf("", "10.0.0.1"), ErrorCode::permission);
        }
        VERIFY_ERROR(m_gate->peerOf(token, "::ffff:10.0.0.1"), ErrorCode::permission);
        VERIFY_OK(m_gate->peerOf(token, "10.0.0.2"));
        m_passed = 600s;
        VERIFY_OK(m_gate->peerOf(token, "10.0.0.1"));
    }

    void whoReadsTheServersFilesIsAnAdministrator() {
        const std::string token = randomSecret().value();
        VERIFY_ERROR(m_gate->peerOf(token, "127.0.0.1"), ErrorCode::permission);
        m_gate->trustThisMachine(token);
        VALUE(peer, m_gate->peerOf(token, "127.0.0.1"));
        QVERIFY(peer.role == Role::admin && m_gate->isTrusted(peer));
        VERIFY_ERROR(m_gate->peerOf(randomSecret().value(), "127.0.0.1"), ErrorCode::permission);
        VERIFY_ERROR(m_gate->peerOf("", "127.0.0.1"), ErrorCode::permission);
    }

    void aStoreThatCannotBeReadTrustsNobody() {
        VALUE(token, m_gate->admit(invite(), "x", "10.0.0.1"));
        VALUE(peer, m_gate->peerOf(token, "10.0.0.1"));
        VERIFY_OK(writeWholeFile(*m_scratch / "trust/trust.json", asBytes("{")));
        QVERIFY(!m_gate->isTrusted(peer));
        VERIFY_ERROR(m_gate->peerOf(token, "10.0.0.1"), ErrorCode::corrupt);
    }
};

QTEST_GUILESS_MAIN(TestPairedGatekeeper)
#include "tst_paired_gatekeeper.moc"
