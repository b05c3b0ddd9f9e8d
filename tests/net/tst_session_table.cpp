#include "engine/net/session_table.h"

#include <QtTest>
#include <thread>

#include "tests/net/push_parts.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

const Peer kPeer{"one", "one", Role::pusher};
const Peer kOther{"two", "two", Role::pusher};

push::Offer offerOf(std::uint64_t size, const std::string& session = {}) {
    push::Offer offer;
    offer.what = push::What::base;
    offer.size = size;
    offer.session = session;
    return offer;
}

}  // namespace

class TestSessionTable : public QObject {
    Q_OBJECT

private slots:
    // A08: the sum is never above the limit, also when many come at once.
    void A08_reservesWithinItsLimits() {
        const Scratch scratch;
        ReadingWork work;
        SessionLimits limits = roomyLimits();
        limits.sessions = 5;
        limits.diskBytes = 4500;
        SessionTable table(work, scratch.path(), limits);
        std::atomic<unsigned> begun = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 20; ++i) {
                threads.emplace_back([&] {
                    const auto session = table.open(kPeer, offerOf(1000), nullptr, {});
                    if (session) ++begun;
                });
            }
        }
        QCOMPARE(begun.load(), 4u);
        QCOMPARE(table.usage().sessions, 4u);
        QCOMPARE(table.usage().diskBytes, std::uint64_t{4000});
        QCOMPARE(table.usage().refused, std::uint64_t{16});
        VERIFY_ERROR(table.open(kPeer, offerOf(501), nullptr, {}), ErrorCode::inUse);
        VERIFY_OK(table.open(kPeer, offerOf(500), nullptr, {}));
        VERIFY_ERROR(table.open(kPeer, offerOf(1), nullptr, {}), ErrorCode::inUse);
        for (const PushSession::View& view : table.views()) VERIFY_OK(table.end(view.id));
        QCOMPARE(table.usage().sessions, 0u);
        QCOMPARE(table.usage().diskBytes, std::uint64_t{0});
        QCOMPARE(table.usage().memoryBytes, std::uint64_t{0});
        VERIFY_OK(table.open(kPeer, offerOf(4500), nullptr, {}));
    }

    // N04: an offer of more than there can ever be takes no memory.
    void N04_refusesWhatIsLargerThanTheDisk() {
        const Scratch scratch;
        ReadingWork work;
        SessionLimits limits = roomyLimits();
        limits.diskBytes = 1 << 20;
        SessionTable table(work, scratch.path(), limits);
        VERIFY_ERROR(table.open(kPeer, offerOf(push::kMostFileBytes), nullptr, {}),
                     ErrorCode::inUse);
    }

    void aDeviceMayHaveSoManyAndNoMore() {
        const Scratch scratch;
        ReadingWork work;
        SessionLimits limits = roomyLimits();
        limits.sessionsOfPeer = 2;
        SessionTable table(work, scratch.path(), limits);
        VERIFY_OK(table.open(kPeer, offerOf(10), nullptr, {}));
        VERIFY_OK(table.open(kPeer, offerOf(10), nullptr, {}));
        VERIFY_ERROR(table.open(kPeer, offerOf(10), nullptr, {}), ErrorCode::inUse);
        VERIFY_OK(table.open(kOther, offerOf(10), nullptr, {}));
    }

    // N13, N14: one's own session is found again; another's, or another file's, is as good as none.
    void N13_findsOnlyOnesOwn() {
        const Scratch scratch;
        ReadingWork work;
        SessionTable table(work, scratch.path(), roomyLimits());
        VALUE(session, table.open(kPeer, offerOf(10), nullptr, {}));
        VALUE(again, table.open(kPeer, offerOf(10, session->id()), nullptr, {}));
        QVERIFY(again == session);
        VALUE(foreign, table.open(kOther, offerOf(10, session->id()), nullptr, {}));
        QVERIFY(foreign != session);
        VALUE(larger, table.open(kPeer, offerOf(11, session->id()), nullptr, {}));
        QVERIFY(larger != session);
        VALUE(unknown, table.open(kPeer, offerOf(10, "0123"), nullptr, {}));
        QVERIFY(unknown != session);
        QCOMPARE(table.usage().begun, std::uint64_t{4});
    }

    // A base that one's earlier process was sending, and no other session.
    void aBaseGoesOnForAClientThatWasRestarted() {
        const Scratch scratch;
        ReadingWork work;
        SessionTable table(work, scratch.path(), roomyLimits());
        VALUE(session, table.open(kPeer, offerOf(10), nullptr, {}));
        const PushSession::Turn turn = session->attach([] {});
        VALUE(meanwhile, table.open(kPeer, offerOf(10), nullptr, {}));
        QVERIFY(meanwhile != session);
        session->detach(turn);
        VALUE(foreign, table.open(kOther, offerOf(10), nullptr, {}));
        QVERIFY(foreign != session);
        VALUE(larger, table.open(kPeer, offerOf(11), nullptr, {}));
        QVERIFY(larger != session);
        push::Offer overlay = offerOf(10);
        overlay.what = push::What::overlay;
        VALUE(run, table.open(kPeer, overlay, nullptr, {}));
        QVERIFY(run != session);
        VALUE(again, table.open(kPeer, offerOf(10), nullptr, {}));
        QVERIFY(again == session);
        session->finish({});
        VALUE(later, table.open(kPeer, offerOf(10), nullptr, {}));
        QVERIFY(later != session);
    }

    // A client that stays away: the session ends and its reservation with it.
    void forgetsAClientThatStaysAway() {
        const Scratch scratch;
        ReadingWork work;
        SessionLimits limits = roomyLimits();
        limits.absence.incomplete = 0s;
        SessionTable table(work, scratch.path(), limits);
        VALUE(session, table.open(kPeer, offerOf(10), nullptr, {}));
        QTRY_COMPARE(table.usage().sessions, 0u);
        QCOMPARE(session->view().state.phase, push::Phase::failed);
        QCOMPARE(session->view().state.error->code, ErrorCode::timedOut);
        QVERIFY(table.find(session->id()) == nullptr);
        VERIFY_ERROR(table.end(session->id()), ErrorCode::notFound);
    }

    void stopsThemAll() {
        const Scratch scratch;
        ReadingWork work;
        SessionTable table(work, scratch.path(), roomyLimits());
        for (int i = 0; i < 5; ++i) VERIFY_OK(table.open(kPeer, offerOf(10), nullptr, {}));
        table.stop();
        QCOMPARE(table.usage().sessions, 0u);
        VERIFY_ERROR(table.open(kPeer, offerOf(10), nullptr, {}), ErrorCode::inUse);
        QVERIFY(scratch.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSessionTable)
#include "tst_session_table.moc"
