#include <QTest>

#include "engine/vm/monitor.h"

using namespace cloudlet;

class TestHostForward : public QObject {
    Q_OBJECT

private slots:
    void readsWhatQemuPrints();
    void ignoresOtherText();
};

void TestHostForward::readsWhatQemuPrints() {
    const auto forwards = parseHostForwards(
        "Hub -1 (hostnet0):\r\n"
        "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
        "  TCP[ESTABLISHED]   31       127.0.0.1 40001       10.0.2.15  7777     0     0\r\n"
        "  UDP[HOST_FORWARD]  24       127.0.0.1  5353       10.0.2.15    53     0     0\r\n"
        "  TCP[HOST_FORWARD]  23       127.0.0.1 40001       10.0.2.15  7777     0     0\r\n");
    const std::vector<PortForward> expected{{PortForward::Protocol::udp, 5353, 53},
                                            {PortForward::Protocol::tcp, 40001, 7777}};
    QCOMPARE(forwards, expected);
}

void TestHostForward::ignoresOtherText() {
    QVERIFY(parseHostForwards("").empty());
    QVERIFY(parseHostForwards("TCP[HOST_FORWARD]").empty());
    QVERIFY(parseHostForwards("TCP[HOST_FORWARD] 1 a 99999 b 1").empty());
    QVERIFY(parseHostForwards("TCP[HOST_FORWARD] 1 a 80 b x1").empty());
}

QTEST_GUILESS_MAIN(TestHostForward)
#include "tst_host_forward.moc"
