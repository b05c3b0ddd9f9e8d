#include "cloudletfs/wait_times.h"

#include <QtTest>
#include <random>
#include <vector>

using cloudlet::WaitTimes;
using std::chrono::microseconds;

class TestWaitTimes : public QObject {
    Q_OBJECT

private slots:
    void none() {
        const WaitTimes times;
        QCOMPARE(times.percentile(0.5), microseconds(0));
        QCOMPARE(times.count(), 0U);
    }

    void extremes() {
        WaitTimes times;
        for (const auto value : {INT64_MAX, INT64_C(0), INT64_C(-5), INT64_C(7), INT64_C(8)}) {
            times.add(microseconds(value));
        }
        QCOMPARE(times.count(), 5U);
        QCOMPARE(times.most().count(), INT64_MAX);
        QCOMPARE(times.percentile(0.4), microseconds(0));
        QCOMPARE(times.percentile(0.6), microseconds(7));
        QCOMPARE(times.percentile(0.8), microseconds(8));
        QCOMPARE(times.percentile(1.0).count(), INT64_MAX);
    }

    // Never too short, and at most an eighth too long.
    void percentilesAreTrue() {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        WaitTimes times;
        WaitTimes more;
        std::vector<std::int64_t> all;
        for (int i = 0; i < 10'000; ++i) {
            const auto value = static_cast<std::int64_t>(random() >> (random() % 63 + 1));
            all.push_back(value);
            (i % 3 == 0 ? times : more).add(microseconds(value));
        }
        times.add(more);
        std::sort(all.begin(), all.end());
        for (const double share : {0.01, 0.25, 0.5, 0.9, 0.99, 1.0}) {
            const auto exact = all[static_cast<std::size_t>(share * 10'000) - 1];
            const auto told = times.percentile(share).count();
            QVERIFY(told >= exact);
            QVERIFY(static_cast<double>(told) <= static_cast<double>(exact) * 1.125 + 1);
        }
    }
};

QTEST_GUILESS_MAIN(TestWaitTimes)
#include "tst_wait_times.moc"
