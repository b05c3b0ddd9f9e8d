#include <QtTest>

#include "engine/jobs/guest.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

// The life of a guest needs a VM: tests/whole.
class TestGuest : public QObject {
    Q_OBJECT

private slots:
    void keepsForwardsAsText();
    void leavesUnreadableForwardsOut_data();
    void leavesUnreadableForwardsOut();
    void sweepsASessionWithoutAVm();
};

void TestGuest::keepsForwardsAsText() {
    using enum PortForward::Protocol;
    const std::vector<PortForward> forwards{{tcp, 8080, 80}, {udp, 65535, 1}, {tcp, 0, 22}};
    QCOMPARE(forwardsFromJson(forwardsToJson(forwards)), forwards);
    QCOMPARE(forwardsToJson({}), std::string("[]"));
    QVERIFY(forwardsFromJson("[]").empty());
}

void TestGuest::leavesUnreadableForwardsOut_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("kept");
    QTest::newRow("nothing") << "" << 0;
    QTest::newRow("no list") << "{}" << 0;
    QTest::newRow("cut") << R"(["tcp:1:2")" << 0;
    QTest::newRow("more behind it") << "[],\"a\":[]" << 0;
    QTest::newRow("a number among them") << R"(["tcp:1:2",5,"udp:3:4"])" << 2;
    QTest::newRow("not a forward") << R"(["tcp:1:2","sctp:3:4"])" << 1;
}

void TestGuest::leavesUnreadableForwardsOut() {
    QFETCH(QString, text);
    QFETCH(int, kept);
    QCOMPARE(static_cast<int>(forwardsFromJson(text.toStdString()).size()), kept);
}

// As a program leaves it that was killed together with its VM.
void TestGuest::sweepsASessionWithoutAVm() {
    const Scratch scratch;
    VALUE(catalog, Catalog::open(scratch / "cat"));
    SessionRecord session;
    session.title = "gone";
    session.domainUuid = "00000000-0000-4000-8000-000000000000";
    session.domainName = "cloudlet-gone";
    VALUE(begun, catalog.beginSession(session));
    // Its owner lives: left alone.
    VALUE(nothing, sweepDeadGuests(catalog));
    QVERIFY(nothing.empty());
    QCOMPARE(catalog.runningSessions()->size(), std::size_t{1});
    // Ending it needs no VM and no libvirt.
    VERIFY_OK(endSurvivor(catalog, begun));
    QVERIFY(catalog.runningSessions()->empty());
}

QTEST_GUILESS_MAIN(TestGuest)
#include "tst_guest.moc"
