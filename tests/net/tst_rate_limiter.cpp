#include "engine/net/rate_limiter.h"

#include <QtTest>

using namespace cloudlet;
using namespace std::chrono_literals;

class TestRateLimiter : public QObject {
    Q_OBJECT

    RateLimiter::Time m_start = RateLimiter::Time() + 1h;

private slots:
    void blocksAfterTheLimitUntilTimeHasPassed() {
        RateLimiter limiter(3, 600s);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!limiter.isBlocked("a", m_start));
            limiter.count("a", m_start + i * 100s);
        }
        QVERIFY(limiter.isBlocked("a", m_start + 200s));
        QVERIFY(limiter.isBlocked("a", m_start + 599s));
        QVERIFY(!limiter.isBlocked("a", m_start + 600s));  // the first one is past
        limiter.count("a", m_start + 600s);
        QVERIFY(limiter.isBlocked("a", m_start + 699s));
        QVERIFY(!limiter.isBlocked("a", m_start + 700s));
    }

    void sourcesAreApart() {
        RateLimiter limiter(1, 60s);
        limiter.count("a", m_start);
        QVERIFY(limiter.isBlocked("a", m_start));
        QVERIFY(!limiter.isBlocked("b", m_start));
    }

    void manySourcesDoNotHelpTheLatest() {
        RateLimiter limiter(1, 60s);
        for (int i = 0; i < 10'100; ++i) limiter.count(std::to_string(i), m_start + i * 1ms);
        QVERIFY(limiter.isBlocked("10099", m_start + 11s));
        QVERIFY(!limiter.isBlocked("0", m_start + 11s));
    }

    void aSourceIsWhatOnePersonHas() {
        QCOMPARE(sourceOf("10.1.2.3"), std::string("10.1.2.3"));
        QCOMPARE(sourceOf("::ffff:10.1.2.3"), std::string("10.1.2.3"));
        QCOMPARE(sourceOf("2001:db8:1:2:3:4:5:6"), std::string("2001:db8:1:2::/64"));
        QCOMPARE(sourceOf("2001:db8:1:2:ffff::1"), std::string("2001:db8:1:2::/64"));
        QCOMPARE(sourceOf("fe80::1%eth0"), std::string("fe80::/64"));
        QCOMPARE(sourceOf("strange"), std::string("strange"));
    }
};

QTEST_GUILESS_MAIN(TestRateLimiter)
#include "tst_rate_limiter.moc"
