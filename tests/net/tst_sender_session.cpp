#include "engine/net/sender_session.h"

#include <QtTest>

#include "tests/net/push_messages.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;
using namespace cloudlet::test::messages;
using Stage = SenderSession::Stage;

namespace {

SenderSession inStage(Stage stage) {
    SenderSession session(std::get<Offer>(test::oneOfEach()[offer]), Bytes(100), "tst");
    if (stage >= Stage::greeted) CHECK(session.receive(message(hello)));
    if (stage >= Stage::accepted) CHECK(session.receive(message(accept)));
    if (stage >= Stage::finishing) {
        session.finish(Then::residue);
        CHECK(session.receive(toBytes(Residue{0, 17, Bytes(7)})));  // the other ten follow
    }
    if (stage >= Stage::closed) CHECK(session.receive(message(bye)));
    CHECK(session.stage() == stage);
    return session;
}

}  // namespace

class TestSenderSession : public QObject {
    Q_OBJECT

private slots:
    void N06_everyMessageInEveryState() {
        const std::vector<std::vector<std::size_t>> allowed{
            {hello, reject},
            {accept, reject},
            {want, again, state, statistics, reject, bye},
            {want, again, state, statistics, reject, residue, bye},
            {}};
        for (int at = 0; at <= static_cast<int>(Stage::closed); ++at) {
            for (std::size_t type = hello; type <= again; ++type) {
                SenderSession session = inStage(static_cast<Stage>(at));
                const Bytes bytes = message(type);
                const auto received = session.receive(bytes);
                const auto& list = allowed[static_cast<std::size_t>(at)];
                const bool may = std::find(list.begin(), list.end(), type) != list.end();
                QVERIFY2(static_cast<bool>(received) == may,
                         qPrintable(QString("%1 %2").arg(at).arg(type)));
                if (!may) QCOMPARE(received.error().code, ErrorCode::corrupt);
            }
        }
    }

    void saysAtOnceAllThatTheServerHasToKnow() {
        SenderSession session = inStage(Stage::offered);
        for (const std::size_t index : {0, 1, 2}) {
            const auto bytes = session.nextMessage();
            QVERIFY(bytes.has_value());
            VALUE(parsed, parse(*bytes));
            QCOMPARE(parsed.index(), index);
        }
        QVERIFY(!session.nextMessage());
        Offer base;
        base.what = What::base;
        base.size = 1;
        SenderSession ofBase(base, {}, "tst");
        QVERIFY(ofBase.nextMessage() && ofBase.nextMessage());
        QVERIFY(!ofBase.nextMessage());
    }

    void sendsTheMostUrgentFirstAndNothingTwice() {
        SenderSession session = inStage(Stage::accepted);
        VERIFY_OK(session.receive(toBytes(Want{Urgency::ahead, {0, 20}})));
        VERIFY_OK(session.receive(toBytes(Want{Urgency::readerWaits, {4, 2}})));
        VERIFY_OK(session.receive(toBytes(Want{Urgency::guestWaits, {100, 10}})));
        QVERIFY(session.nextPieces() == (PieceRange{100, 4}));
        QVERIFY(session.nextPieces() == (PieceRange{104, 4}));
        QVERIFY(session.nextPieces() == (PieceRange{108, 2}));
        QVERIFY(session.nextPieces() == (PieceRange{4, 2}));
        QVERIFY(session.nextPieces() == (PieceRange{0, 4}));
        VERIFY_OK(session.receive(toBytes(Want{Urgency::guestWaits, {0, 7}})));
        QVERIFY(session.nextPieces() == (PieceRange{6, 1}));
        QVERIFY(session.nextPieces() == (PieceRange{7, 4}));
        QVERIFY(session.nextPieces() == (PieceRange{11, 4}));
        QVERIFY(session.nextPieces() == (PieceRange{15, 4}));
        QVERIFY(session.nextPieces() == (PieceRange{19, 1}));
        QVERIFY(!session.nextPieces());
    }

    // N08
    void sendsAgainWhatTheServerDoubts() {
        SenderSession session = inStage(Stage::accepted);
        VERIFY_OK(session.receive(toBytes(Want{Urgency::ahead, {0, 4}})));
        QVERIFY(session.nextPieces() == (PieceRange{0, 4}));
        VERIFY_OK(session.receive(toBytes(Again{{1, 2}})));
        QVERIFY(!session.nextPieces());
        VERIFY_OK(session.receive(toBytes(Want{Urgency::readerWaits, {0, 4}})));
        QVERIFY(session.nextPieces() == (PieceRange{1, 2}));
        QVERIFY(!session.nextPieces());
        VERIFY_ERROR(session.receive(toBytes(Again{{0, UINT32_MAX}})), ErrorCode::corrupt);
    }

    void takesAResidueInOrderAndWhole() {
        const Bytes part(7);
        SenderSession session = inStage(Stage::finishing);
        QVERIFY(session.residue().isOwed());
        for (const Residue& wrong : {Residue{0, 17, part}, Residue{8, 17, part},
                                     Residue{7, 18, part}, Residue{7, 17, {}}}) {
            VERIFY_ERROR(session.receive(toBytes(wrong)), ErrorCode::corrupt);
        }
        while (session.nextMessage()) continue;
        VERIFY_OK(session.receive(message(residue)));
        QVERIFY(!session.residue().isOwed());
        // Now the server may forget it.
        QVERIFY(session.nextMessage() == toBytes(Taken{}));
        VERIFY_ERROR(session.receive(toBytes(Residue{17, 17, {}})), ErrorCode::corrupt);
    }

    // What came over an earlier connection is not asked for again.
    void goesOnWithAResidue() {
        Offer offer;
        offer.what = What::residue;
        offer.session = "0123abcd";
        SenderSession session(offer, {}, "tst", {true, 7, 17});
        CHECK(session.receive(message(hello)));
        CHECK(session.receive(message(accept)));
        session.finish(Then::residue);
        Bytes last;
        while (auto next = session.nextMessage()) last = *next;
        QVERIFY(last == toBytes(Finish{Then::residue, 7}));
        VERIFY_ERROR(session.receive(toBytes(Residue{0, 17, Bytes(7)})), ErrorCode::corrupt);
        VERIFY_OK(session.receive(message(residue)));
        QVERIFY(!session.residue().isOwed());
        // It has no file to send pieces of.
        VERIFY_ERROR(session.receive(toBytes(Want{Urgency::ahead, {0, 1}})), ErrorCode::corrupt);
    }

    void takesNoResidueThatNobodyWants() {
        SenderSession session = inStage(Stage::accepted);
        session.finish(Then::end);
        QVERIFY(!session.residue().isOwed());
        VERIFY_ERROR(session.receive(toBytes(Residue{0, 7, Bytes(7)})), ErrorCode::corrupt);
    }

    void refusesWantsWithoutEnd() {
        SenderSession session = inStage(Stage::accepted);
        const Bytes beyond = toBytes(Want{Urgency::ahead, {0, UINT32_MAX}});
        VERIFY_ERROR(session.receive(beyond), ErrorCode::corrupt);
        const Bytes small = toBytes(Want{Urgency::ahead, {1, 1}});
        for (std::size_t i = 0; i < SenderSession::kMostWants; ++i) {
            QVERIFY(session.receive(small));
        }
        VERIFY_ERROR(session.receive(small), ErrorCode::corrupt);
    }

    void N15_namesBothVersions() {
        SenderSession session = inStage(Stage::offered);
        VERIFY_ERROR(session.receive(toBytes(Hello{7, "newer"})), ErrorCode::unsupported);
    }
};

QTEST_GUILESS_MAIN(TestSenderSession)
#include "tst_sender_session.moc"
