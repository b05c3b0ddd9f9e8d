#include "engine/net/server_address.h"

#include <QtTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestServerAddress : public QObject {
    Q_OBJECT

private slots:
    void readsWhatPeopleWrite_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::addColumn<QString>("whole");
        const auto row = [](const char* text, const char* host, int port, const char* whole) {
            QTest::newRow(text) << text << host << port << whole;
        };
        row("edge1", "edge1", 8021, "edge1:8021");
        row("edge1:9", "edge1", 9, "edge1:9");
        row("10.0.0.7:65535", "10.0.0.7", 65535, "10.0.0.7:65535");
        row("a.b-c.example", "a.b-c.example", 8021, "a.b-c.example:8021");
        row("2001:db8::7", "2001:db8::7", 8021, "[2001:db8::7]:8021");
        row("[::1]", "::1", 8021, "[::1]:8021");
        row("[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1%eth0]:80");
    }
    void readsWhatPeopleWrite() {
        QFETCH(QString, text);
        QFETCH(QString, host);
        QFETCH(int, port);
        QFETCH(QString, whole);
        VALUE(address, ServerAddress::parse(text.toStdString()));
        QCOMPARE(address.host, host.toStdString());
        QCOMPARE(int(address.port), port);
        QCOMPARE(address.text(), whole.toStdString());
        QVERIFY(ServerAddress::parse(address.text()).value() == address);
    }

    void refusesTheRest_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"",          ":",     ":80",      "a:",     "a:0", "a:65536",    "a:08",
              "a:8x",      "a:-1",  "a:+1",     "a b",    "a/b", "a@b",        "-s",
              ".",         "[::1",  "[::1]80",  "[::1]:", "[a]", "[fe80::1%]", "[fe80::1%a/b]",
              "https://a", "a:1:2", "\xc3\xa4", "a\n"}) {
            QTest::newRow(text) << QByteArray(text);
        }
        QTest::newRow("zero byte") << QByteArray("a\0b", 3);
        QTest::newRow("long") << QByteArray(254, 'a');
    }
    void refusesTheRest() {
        QFETCH(QByteArray, text);
        VERIFY_ERROR(ServerAddress::parse(text.toStdString()), ErrorCode::invalid);
    }
};

QTEST_GUILESS_MAIN(TestServerAddress)
#include "tst_server_address.moc"
