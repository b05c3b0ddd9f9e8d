#include "engine/image/port_forward.h"

#include <QTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

class TstPortForward : public QObject {
    Q_OBJECT

private slots:
    void accepts_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("canonical");
        QTest::newRow("ours") << QByteArray("tcp:8080:80") << QByteArray("tcp:8080:80");
        QTest::newRow("udp") << QByteArray("udp:53:5353") << QByteArray("udp:53:5353");
        QTest::newRow("short") << QByteArray("8080:80") << QByteArray("tcp:8080:80");
        QTest::newRow("the original's") << QByteArray("tcp:8080::80") << QByteArray("tcp:8080:80");
        QTest::newRow("any host port") << QByteArray("tcp:0:80") << QByteArray("tcp:0:80");
        QTest::newRow("limits") << QByteArray("65535:65535") << QByteArray("tcp:65535:65535");
    }
    void accepts() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, canonical);
        VALUE(forward, PortForward::parse(text.toStdString()));
        QCOMPARE(QByteArray::fromStdString(forward.text()), canonical);
        VALUE(again, PortForward::parse(forward.text()));
        QVERIFY(again == forward);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"",
                                 ":",
                                 "::",
                                 "80",
                                 "tcp",
                                 "tcp:",
                                 "tcp:80",
                                 "tcp:8080:",
                                 "tcp::80",
                                 "tcp:8080:0",
                                 "tcp:65536:80",
                                 "tcp:80:65536",
                                 "tcp:-1:80",
                                 "tcp:+1:80",
                                 "tcp: 80:80",
                                 "tcp:80:80 ",
                                 "tcp:0x50:80",
                                 "tcp:8e1:80",
                                 "icmp:1:2",
                                 "TCP:1:2",
                                 "tcp:1:2:3",
                                 "tcp:1:x:3",
                                 "tcp:1:::3",
                                 ":::",
                                 "1:2:3",
                                 "tcp:99999999999999999999:80"}) {
            QTest::addRow("\"%s\"", text) << QByteArray(text);
        }
        QTest::newRow("zero byte") << QByteArray("80:80\0", 6);
        QTest::newRow("long") << QByteArray(1'000'000, ':');
    }
    void refuses() {
        QFETCH(QByteArray, text);
        const auto parsed = PortForward::parse(text.toStdString());
        VERIFY_ERROR(parsed, ErrorCode::invalid);
        QVERIFY(parsed.error().message.find("tcp:8080:80") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TstPortForward)
#include "tst_port_forward.moc"
