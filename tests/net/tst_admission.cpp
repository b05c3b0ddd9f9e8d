#include "engine/net/admission.h"

#include <QtTest>
#include <vector>

using namespace cloudlet;

class TestAdmission : public QObject {
    Q_OBJECT

private slots:
    void oneSourceDoesNotKeepOthersOut() {
        Admission admission;
        std::vector<Admission::Place> places;
        for (std::size_t i = 0; i < Admission::kMostOfSource; ++i) {
            places.push_back(admission.enter("192.0.2.1"));
            QVERIFY(places.back());
        }
        QVERIFY(!admission.enter("192.0.2.1"));
        QVERIFY(!admission.enter("::ffff:192.0.2.1"));
        QVERIFY(admission.enter("192.0.2.2"));
        places.pop_back();
        QVERIFY(admission.enter("192.0.2.1"));
        places.front().leave();
        places.front().leave();
        Admission::Place moved = std::move(places.back());
        places.clear();
        QVERIFY(moved);
        for (std::size_t i = 1; i < Admission::kMostOfSource; ++i) {
            places.push_back(admission.enter("192.0.2.1"));
            QVERIFY(places.back());
        }
        QVERIFY(!admission.enter("192.0.2.1"));
    }

    void allTogetherAreLimitedToo() {
        Admission admission;
        std::vector<Admission::Place> places;
        for (std::size_t i = 0; i < Admission::kMost; ++i) {
            places.push_back(
                admission.enter("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
            QVERIFY(places.back());
        }
        QVERIFY(!admission.enter("10.9.9.9"));
    }
};

QTEST_GUILESS_MAIN(TestAdmission)
#include "tst_admission.moc"
