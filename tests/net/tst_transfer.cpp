#include "engine/net/transfer.h"

#include <QtTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;
using namespace std::chrono_literals;

namespace {

constexpr Time kNow{1h};

// Everything that may be asked for now.
std::vector<Want> wants(Transfer& transfer, Time now = kNow) {
    std::vector<Want> all;
    while (const auto want = transfer.nextWant(now)) all.push_back(*want);
    return all;
}

std::uint64_t piecesIn(const std::vector<Want>& all) {
    std::uint64_t count = 0;
    for (const Want& want : all) count += want.range.count;
    return count;
}

}  // namespace

class TestTransfer : public QObject {
    Q_OBJECT

private slots:
    void asksInTheOrderOfTheFileWithinTheWindow() {
        Transfer transfer(1000 * kPieceSize);
        const std::vector<Want> first = wants(transfer);
        QCOMPARE(piecesIn(first) * kPieceSize, Transfer::kLeastWindow);
        QCOMPARE(first.front().range.first, std::uint32_t{0});
        QVERIFY(wants(transfer).empty());
        const Bytes bytes(kMostPieceBytes);
        VALUE(fresh, transfer.fresh({0, bytes}));
        QVERIFY(fresh == std::vector<PieceRange>({{0, 8}}));
        QVERIFY(!transfer.has({0, 8}));
        transfer.arrived({0, 8}, kNow);
        QVERIFY(transfer.has({0, 8}));
        QVERIFY(!transfer.has({0, 9}));
        QCOMPARE(piecesIn(wants(transfer)), std::uint64_t{8});
    }

    void namesThePiecesOfAnyRange() {
        const Transfer transfer(3 * kPieceSize + 1);
        QVERIFY(transfer.piecesOf(0, 1) == (PieceRange{0, 1}));
        QVERIFY(transfer.piecesOf(kPieceSize - 1, 2) == (PieceRange{0, 2}));
        QVERIFY(transfer.piecesOf(kPieceSize, kPieceSize) == (PieceRange{1, 1}));
        QVERIFY(transfer.piecesOf(0, 3 * kPieceSize + 1) == (PieceRange{0, 4}));
    }

    // N07
    void N07_ignoresAndCountsWhatNobodyWanted() {
        Transfer transfer(100 * kPieceSize + 5);
        wants(transfer);
        const Bytes piece(kPieceSize);
        VALUE(unasked, transfer.fresh({90, piece}));
        QVERIFY(unasked.empty());
        QCOMPARE(transfer.wastedBytes(), std::uint64_t{kPieceSize});
        transfer.arrived({3, 1}, kNow);
        VALUE(twice, transfer.fresh({3, piece}));
        QVERIFY(twice.empty());
        QCOMPARE(transfer.wastedBytes(), std::uint64_t{2 * kPieceSize});
        QCOMPARE(transfer.arrivedBytes(), std::uint64_t{kPieceSize});
        // Around a piece that is here.
        VALUE(around, transfer.fresh({2, Bytes(3 * kPieceSize)}));
        QVERIFY(around == std::vector<PieceRange>({{2, 1}, {4, 1}}));
        VERIFY_ERROR(transfer.fresh({101, piece}), ErrorCode::corrupt);
        VERIFY_ERROR(transfer.fresh({UINT32_MAX, piece}), ErrorCode::corrupt);
        VERIFY_ERROR(transfer.fresh({100, piece}), ErrorCode::corrupt);
        VERIFY_ERROR(transfer.fresh({5, Bytes(kPieceSize - 1)}), ErrorCode::corrupt);
        VERIFY_OK(transfer.fresh({100, Bytes(5)}));
    }

    void theGuestsWantsExceedTheWindow() {
        Transfer transfer(1000 * kPieceSize);
        const std::uint64_t before = piecesIn(wants(transfer));
        transfer.request({500, 100}, Urgency::readerWaits);
        QVERIFY(wants(transfer).empty());
        transfer.request({500, 100}, Urgency::guestWaits);
        const std::vector<Want> urgent = wants(transfer);
        QCOMPARE(piecesIn(urgent), std::uint64_t{100});
        QCOMPARE(urgent.front().urgency, Urgency::guestWaits);
        // Asked for as urgently already, or on their way: upgraded, once.
        transfer.request({500, 100}, Urgency::guestWaits);
        QVERIFY(wants(transfer).empty());
        transfer.request({0, 10}, Urgency::guestWaits);
        QCOMPARE(piecesIn(wants(transfer)), std::uint64_t{10});
        QVERIFY(before > 10);
    }

    void growsItsWindowWithTheLink() {
        Transfer transfer(std::uint64_t{4} << 30);
        Time now = kNow;
        std::deque<Want> onTheWay;
        std::uint32_t piece = 0;
        // 50 ms there and back, as fast as the window lets it.
        for (int i = 0; i < 12; ++i) {
            for (const Want& want : wants(transfer, now)) onTheWay.push_back(want);
            now += 50ms;
            while (!onTheWay.empty()) {
                transfer.arrived(onTheWay.front().range, now);
                piece += onTheWay.front().range.count;
                onTheWay.pop_front();
            }
        }
        QCOMPARE(transfer.window(), Transfer::kMostWindow);
        QVERIFY(piece > 0);
        // A slow link shrinks it again.
        for (int i = 0; i < 60; ++i) {
            for (const Want& want : wants(transfer, now)) onTheWay.push_back(want);
            now += 100ms;
            PieceRange& range = onTheWay.front().range;
            transfer.arrived({range.first++, 1}, now);
            if (--range.count == 0) onTheWay.pop_front();
        }
        QVERIFY(transfer.window() < Transfer::kMostWindow / 2);
    }

    void knowsSinceWhenNothingArrives() {
        Transfer transfer(100 * kPieceSize);
        QVERIFY(!transfer.waitingSince());
        wants(transfer, kNow);
        QVERIFY(transfer.waitingSince() == kNow);
        transfer.arrived({0, 1}, kNow + 3s);
        QVERIFY(transfer.waitingSince() == kNow + 3s);
        transfer.cut();
        QVERIFY(!transfer.waitingSince());
        wants(transfer, kNow + 90s);
        QVERIFY(transfer.waitingSince() == kNow + 90s);
    }

    // N08
    void asksAgainForWhatLied() {
        Transfer transfer(20 * kPieceSize + 1);
        wants(transfer);
        transfer.arrived({0, 21}, kNow);
        QVERIFY(transfer.isComplete());
        transfer.forget({19, 2});
        QVERIFY(!transfer.has({18, 3}));
        QCOMPARE(transfer.arrivedBytes(), std::uint64_t{19 * kPieceSize});
        const std::vector<Want> again = wants(transfer);
        QCOMPARE(again.size(), std::size_t{1});
        QVERIFY(again.front().range == (PieceRange{19, 2}));
        transfer.forget({19, 2});  // is on its way
        transfer.arrived({19, 2}, kNow);
        QVERIFY(transfer.isComplete());
        QVERIFY(!transfer.waitingSince());
    }

    void aCutForgetsWhatWasOnItsWay() {
        Transfer transfer(20 * kPieceSize);
        QCOMPARE(piecesIn(wants(transfer)), std::uint64_t{20});
        transfer.arrived({4, 2}, kNow);
        transfer.cut();
        const std::vector<Want> again = wants(transfer);
        QCOMPARE(piecesIn(again), std::uint64_t{18});
        for (const Want& want : again) {
            QVERIFY(want.range.end() <= 4 || want.range.first >= 6);
        }
        // Stored by the old connection while the new one asked: counted once.
        transfer.arrived({0, 4}, kNow);
        transfer.arrived({0, 4}, kNow);
        transfer.arrived({6, 14}, kNow);
        QVERIFY(transfer.isComplete());
        QVERIFY(!transfer.waitingSince());
    }
};

QTEST_GUILESS_MAIN(TestTransfer)
#include "tst_transfer.moc"
