#include "engine/net/receiver_session.h"

#include <QtTest>

#include "tests/net/push_messages.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;
using namespace cloudlet::test::messages;
using Stage = ReceiverSession::Stage;

namespace {

constexpr Time kNow{std::chrono::hours(1)};

// Brought there by the messages that lead there.
ReceiverSession inStage(Stage stage) {
    ReceiverSession session(kNow);
    if (stage >= Stage::greeted) CHECK(session.receive(message(hello)));
    if (stage >= Stage::offered) CHECK(session.receive(message(offer)));
    if (stage >= Stage::deciding) CHECK(session.receive(message(head)));
    if (stage >= Stage::receiving) session.accept();
    if (stage >= Stage::finishing) CHECK(session.receive(message(finish)));
    if (stage >= Stage::closed) session.close();
    CHECK(session.stage() == stage);
    return session;
}

}  // namespace

class TestReceiverSession : public QObject {
    Q_OBJECT

private slots:
    // N06: every message in every state; PROTOCOL.md's table once more.
    void N06_everyMessageInEveryState() {
        const std::vector<std::vector<std::size_t>> allowed{
            {hello}, {offer}, {head}, {}, {pieces, finish}, {pieces, taken}, {}};
        for (int at = 0; at <= static_cast<int>(Stage::closed); ++at) {
            for (std::size_t type = hello; type <= again; ++type) {
                ReceiverSession session = inStage(static_cast<Stage>(at));
                const Bytes bytes = message(type);
                const auto received = session.receive(bytes);
                const auto& list = allowed[static_cast<std::size_t>(at)];
                const bool may = std::find(list.begin(), list.end(), type) != list.end();
                QVERIFY2(static_cast<bool>(received) == may,
                         qPrintable(QString("%1 %2").arg(at).arg(type)));
                if (!may) QCOMPARE(received.error().code, ErrorCode::corrupt);
                if (!may) QCOMPARE(static_cast<int>(session.stage()), at);
            }
        }
    }

    void aBaseHasNoHead() {
        ReceiverSession session = inStage(Stage::greeted);
        Offer base;
        base.what = What::base;
        base.size = 5;
        VERIFY_OK(session.receive(toBytes(base)));
        QCOMPARE(session.stage(), Stage::deciding);
        QVERIFY(session.offer() == base);
    }

    void aResidueNeedsNoHeadAndIsTakenOnlyIfItWasWanted() {
        ReceiverSession session = inStage(Stage::greeted);
        Offer residue;
        residue.what = What::residue;
        residue.session = "0123abcd";
        VERIFY_OK(session.receive(toBytes(residue)));
        QCOMPARE(session.stage(), Stage::deciding);
        session.accept();
        VERIFY_OK(session.receive(toBytes(Finish{Then::keep, 0})));
        VERIFY_ERROR(session.receive(message(taken)), ErrorCode::corrupt);
    }

    // N15
    void N15_namesBothVersions() {
        ReceiverSession session(kNow);
        const auto refused = session.receive(toBytes(Hello{kVersion + 1, "newer"}));
        VERIFY_ERROR(refused, ErrorCode::unsupported);
        QVERIFY(refused.error().message.find("version 2") != std::string::npos);
        QVERIFY(refused.error().message.find("version 1") != std::string::npos);
    }

    // N03: who does not speak, or sends nothing that was wanted, is closed at a limit.
    void N03_knowsWhatIsOverdue() {
        using namespace std::chrono_literals;
        const ReceiverSession silent = inStage(Stage::greeted);
        QVERIFY(!silent.overdue(kNow + 10s, std::nullopt));
        QVERIFY(silent.overdue(kNow + 11s, std::nullopt).has_value());
        const ReceiverSession session = inStage(Stage::receiving);
        QVERIFY(!session.overdue(kNow + 1h, std::nullopt));
        QVERIFY(!session.overdue(kNow + 60s, kNow + 30s));
        QVERIFY(session.overdue(kNow + 61s, kNow + 30s)->code == ErrorCode::timedOut);
    }

    void nothingIsHeardAfterItClosed() {
        for (const Bytes& bytes : {Bytes{}, Bytes(5), message(hello)}) {
            ReceiverSession session = inStage(Stage::closed);
            VERIFY_ERROR(session.receive(bytes), ErrorCode::corrupt);
        }
    }
};

QTEST_GUILESS_MAIN(TestReceiverSession)
#include "tst_receiver_session.moc"
