#include "engine/image/chunk_set.h"

#include <QTest>
#include <random>
#include <set>

using namespace cloudlet;

class TstChunkSet : public QObject {
    Q_OBJECT

private slots:
    void insertsAndErases() {
        ChunkSet set(130);
        QCOMPARE(set.chunks(), 130u);
        QCOMPARE(set.count(), 0u);
        for (const std::uint64_t i : {0u, 63u, 64u, 129u}) {
            QVERIFY(!set.contains(i));
            QVERIFY(set.insert(i));
            QVERIFY(!set.insert(i));
            QVERIFY(set.contains(i));
        }
        QCOMPARE(set.count(), 4u);
        QVERIFY(set.erase(63));
        QVERIFY(!set.erase(63));
        QVERIFY(!set.contains(63));
        QCOMPARE(set.count(), 3u);
    }

    void nextFindsMembersAndTheEnd() {
        ChunkSet set(200);
        QCOMPARE(set.next(0), 200u);
        set.insert(0);
        set.insert(64);
        set.insert(199);
        QCOMPARE(set.next(0), 0u);
        QCOMPARE(set.next(1), 64u);
        QCOMPARE(set.next(64), 64u);
        QCOMPARE(set.next(65), 199u);
        QCOMPARE(set.next(200), 200u);
        QCOMPARE(set.next(1000), 200u);
    }

    void nextLooksNoFurtherThanItsEnd() {
        ChunkSet set(200);
        set.insert(70);
        set.insert(199);
        QCOMPARE(set.next(0, 70), 70u);
        QCOMPARE(set.next(0, 64), 64u);
        QCOMPARE(set.next(0, 71), 70u);
        QCOMPARE(set.next(70, 71), 70u);
        QCOMPARE(set.next(71, 199), 199u);
        QCOMPARE(set.next(71, 1000), 199u);
        QCOMPARE(set.next(71, 71), 71u);
        QCOMPARE(set.next(80, 71), 71u);
        QCOMPARE(set.next(300, 1000), 200u);
    }

    void emptySets() {
        const ChunkSet none;
        QCOMPARE(none.chunks(), 0u);
        QCOMPARE(none.next(0), 0u);
    }

    void behavesAsASet() {
        const unsigned seed = std::random_device{}();
        std::mt19937 random(seed);
        const std::uint64_t chunks = 1 + random() % 1000;
        ChunkSet set(chunks);
        std::set<std::uint64_t> model;
        for (int step = 0; step < 5000; ++step) {
            const std::uint64_t i = random() % chunks;
            if (random() % 2 == 0) {
                QCOMPARE(set.insert(i), model.insert(i).second);
            } else {
                QCOMPARE(set.erase(i), model.erase(i) == 1);
            }
            const auto next = model.lower_bound(i);
            const std::uint64_t expected = next == model.end() ? chunks : *next;
            if (set.next(i) != expected || set.count() != model.size()) {
                QFAIL(qPrintable(QString("seed %1, step %2").arg(seed).arg(step)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TstChunkSet)
#include "tst_chunk_set.moc"
