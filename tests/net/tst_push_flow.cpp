// Both sides of a push together, without sockets: whatever is cut, late, doubled or out of order,
// the same file arrives.
#include <QtTest>

#include "tests/net/push_pair.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::push;
using cloudlet::test::PushPair;

namespace {

constexpr std::uint64_t kSize = 20 * kPieceSize + 17;

}  // namespace

class TestPushFlow : public QObject {
    Q_OBJECT

private slots:
    void arrivesWhole_data() {
        QTest::addColumn<quint64>("size");
        for (const std::uint64_t size : {std::uint64_t{100}, std::uint64_t{kPieceSize},
                                         std::uint64_t{kPieceSize + 1}, kSize, 400 * kPieceSize}) {
            QTest::addRow("%llu", static_cast<unsigned long long>(size)) << quint64{size};
        }
    }
    void arrivesWhole() {
        QFETCH(const quint64, size);
        PushPair pair(size);
        VERIFY_OK(pair.run());
        QVERIFY(pair.isWhole());
        QCOMPARE(pair.sentBytes, size);
        QCOMPARE(pair.transfer.wastedBytes(), std::uint64_t{0});
    }

    // N01: the connection is cut after each message, either way, and the client comes back.
    void N01_cutAfterEachMessage() {
        int cuts = 0;
        for (int after = 0; after < 1000; ++after) {
            PushPair pair(kSize);
            int steps = 0;
            for (bool busy = true; busy && steps < after;) {
                busy = false;
                if (pair.clientSpeaks()) busy = ++steps > 0;
                VALUE(served, pair.serverHears());
                if (served) busy = ++steps > 0;
                if (pair.serverSpeaks()) busy = ++steps > 0;
                VALUE(heard, pair.clientHears());
                if (heard) busy = ++steps > 0;
            }
            if (steps < after) break;
            const std::uint64_t had = pair.transfer.arrivedBytes();
            const std::uint64_t sent = pair.sentBytes;
            pair.connect();
            VERIFY_OK(pair.run());
            QVERIFY(pair.isWhole());
            // Nothing that arrived is sent twice.
            QCOMPARE(pair.sentBytes - sent, kSize - had);
            ++cuts;
        }
        QVERIFY2(cuts > 12, qPrintable(QString::number(cuts)));
    }

    // N01: either way the connection is cut after each byte of the first 4 KiB. What has not come
    // whole has not come.
    void N01_cutAtEachByte() {
        constexpr std::uint64_t kShort = 2 * kPieceSize + 17;
        constexpr std::size_t kFrame = 6;  // of a short message from a client
        for (const bool toServer : {true, false}) {
            std::size_t cuts = 0;
            for (std::size_t after = 0; after <= 4096; ++after) {
                PushPair pair(kShort);
                const std::deque<Bytes>& wire = toServer ? pair.toServer : pair.toClient;
                std::size_t left = after;
                bool isCut = false;
                const auto mayArrive = [&] {
                    if (isCut || wire.empty()) return !isCut;
                    isCut = wire.front().size() + kFrame > left;
                    if (!isCut) left -= wire.front().size() + kFrame;
                    return !isCut;
                };
                for (bool busy = true; busy && !isCut;) {
                    busy = pair.clientSpeaks();
                    if (toServer && !mayArrive()) break;
                    VALUE(served, pair.serverHears());
                    busy |= served;
                    busy |= pair.serverSpeaks();
                    if (!toServer && !mayArrive()) break;
                    VALUE(heard, pair.clientHears());
                    busy |= heard;
                }
                if (!isCut) break;  // all there was to say was shorter
                ++cuts;
                const std::uint64_t had = pair.transfer.arrivedBytes();
                pair.connect();
                VERIFY_OK(pair.run());
                QVERIFY(pair.isWhole());
                QVERIFY(pair.sentBytes <= kShort + Transfer::kLeastWindow);
                QVERIFY(pair.sentBytes - kShort <= kShort - had);  // never what had arrived
            }
            QVERIFY2(cuts > (toServer ? 4096 : 60), qPrintable(QString::number(cuts)));
        }
    }

    // N02, N09, N10: random schedules with urgent requests, doubled pieces and cuts.
    void N10_anyScheduleGivesTheSameFile() {
        const unsigned first = std::random_device()();
        for (unsigned seed = first; seed < first + 200; ++seed) {
            std::mt19937 random(seed);
            PushPair pair(kSize, seed);
            Bytes last;
            for (int step = 0; step < 400; ++step) {
                Result<bool> done = true;
                switch (random() % 12) {
                    case 0:
                        pair.connect();
                        last.clear();
                        break;
                    case 1: {
                        const auto piece = static_cast<std::uint32_t>(random() % 21);
                        const auto count = static_cast<std::uint32_t>(1 + random() % (21 - piece));
                        pair.transfer.request({piece, count}, static_cast<Urgency>(random() % 2));
                        break;
                    }
                    case 2:
                        // The pieces of a moment ago once more.
                        if (!last.empty()) pair.toServer.push_back(last);
                        break;
                    case 3:
                    case 4:
                        pair.clientSpeaks();
                        break;
                    case 5:
                    case 6:
                        if (!pair.toServer.empty() && pair.toServer.front()[0] == std::byte{7}) {
                            last = pair.toServer.front();
                        }
                        done = pair.serverHears();
                        break;
                    case 7:
                    case 8:
                        pair.serverSpeaks();
                        break;
                    default:
                        done = pair.clientHears();
                }
                QVERIFY2(done, qPrintable(QString("seed %1").arg(seed)));
            }
            VERIFY_OK(pair.run());
            QVERIFY2(pair.isWhole(), qPrintable(QString("seed %1").arg(seed)));
        }
    }

    // N09: what the guest waits for overtakes all that was wanted before it.
    void N09_urgentWantsJumpTheQueue() {
        PushPair pair(300 * kPieceSize);
        for (int i = 0; i < 3; ++i) {
            pair.clientSpeaks();
            VERIFY_OK(pair.serverHears());
        }
        while (pair.serverSpeaks()) continue;
        const std::size_t ahead = pair.toClient.size();
        pair.transfer.request({290, 2}, Urgency::readerWaits);
        pair.transfer.request({200, 1}, Urgency::guestWaits);
        while (pair.serverSpeaks()) continue;
        // There is no room in the window for the reader's.
        QCOMPARE(pair.toClient.size(), ahead + 1);
        while (!pair.toClient.empty()) VERIFY_OK(pair.clientHears());
        pair.clientSpeaks();
        VALUE(message, parse(pair.toServer.back()));
        QCOMPARE(std::get<Pieces>(message).first, std::uint32_t{200});
        VERIFY_OK(pair.serverHears());
        // Now a piece that is on its way already: it is sent next, and once.
        pair.transfer.request({25, 1}, Urgency::guestWaits);
        while (pair.serverSpeaks()) continue;
        while (!pair.toClient.empty()) VERIFY_OK(pair.clientHears());
        pair.clientSpeaks();
        VALUE(next, parse(pair.toServer.back()));
        QCOMPARE(std::get<Pieces>(next).first, std::uint32_t{25});
        VERIFY_OK(pair.run());
        QVERIFY(pair.isWhole());
        QCOMPARE(pair.sentBytes, std::uint64_t{300 * kPieceSize});
    }

    // N14: the server has nothing of what the client thinks it has: it begins again.
    void N14_aServerThatForgotBeginsAgain() {
        PushPair pair(kSize);
        for (int i = 0; i < 20; ++i) {
            pair.clientSpeaks();
            VERIFY_OK(pair.serverHears());
            pair.serverSpeaks();
            VERIFY_OK(pair.clientHears());
        }
        QVERIFY(pair.transfer.arrivedBytes() > 0);
        pair.transfer = Transfer(kSize);
        pair.offer.session = "gone";
        pair.connect();
        VERIFY_OK(pair.run());
        QVERIFY(pair.isWhole());
    }
};

QTEST_GUILESS_MAIN(TestPushFlow)
#include "tst_push_flow.moc"
