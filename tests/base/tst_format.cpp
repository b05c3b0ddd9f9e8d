#include "engine/base/format.h"

#include <QTest>
#include <limits>

using namespace cloudlet;
using namespace std::chrono_literals;

class TstFormat : public QObject {
    Q_OBJECT

private slots:
    void bytes() {
        QCOMPARE(formatBytes(0), "0 bytes");
        QCOMPARE(formatBytes(1023), "1023 bytes");
        QCOMPARE(formatBytes(1024), "1.00 KiB");
        QCOMPARE(formatBytes(1536), "1.50 KiB");
        QCOMPARE(formatBytes(10 * 1024), "10.0 KiB");
        QCOMPARE(formatBytes((1 << 20) - 1), "1.00 MiB");  // not "1024.0 KiB"
        QCOMPARE(formatBytes(std::uint64_t{8} << 30), "8.00 GiB");
        QCOMPARE(formatBytes(UINT64_MAX), "16.0 EiB");
    }

    void durations() {
        QCOMPARE(formatDuration(0s), "0.00 s");
        QCOMPARE(formatDuration(340ms), "0.34 s");
        QCOMPARE(formatDuration(12340ms), "12.3 s");
        QCOMPARE(formatDuration(59990ms), "1 min 0 s");  // not "60.0 s"
        QCOMPARE(formatDuration(125s), "2 min 5 s");
    }

    void escapes_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("plain") << QByteArray("plain ü €") << QByteArray("plain ü €");
        QTest::newRow("terminal colour") << QByteArray("\x1b[31mred") << QByteArray("\\x1b[31mred");
        QTest::newRow("line feed") << QByteArray("a\nb\r\t") << QByteArray("a\\x0ab\\x0d\\x09");
        QTest::newRow("zero") << QByteArray("a\0b", 3) << QByteArray("a\\x00b");
        QTest::newRow("delete") << QByteArray("\x7f") << QByteArray("\\x7f");
        QTest::newRow("C1 control") << QByteArray(
                                           "\xc2\x9b"
                                           "31m")
                                    << QByteArray("\\xc2\\x9b31m");
        QTest::newRow("bare C1 byte") << QByteArray("\x9b") << QByteArray("\\x9b");
        QTest::newRow("cut sequence") << QByteArray("\xe2\x82") << QByteArray("\\xe2\\x82");
        QTest::newRow("right to left override")
            << QByteArray("exe.\xe2\x80\xaegpj") << QByteArray("exe.\\xe2\\x80\\xaegpj");
    }
    void escapes() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(escapeForTerminal(text.toStdString())), expected);
    }

    void cutsLongText() {
        QCOMPARE(escapeForTerminal(std::string(200, 'x')), std::string(200, 'x'));
        QCOMPARE(escapeForTerminal(std::string(201, 'x')), std::string(200, 'x') + "...");
        QCOMPARE(escapeForTerminal("abcdef", 3), "abc...");
        QVERIFY(escapeForTerminal(std::string(1 << 20, '\n')).size() < 220);
    }
};

QTEST_GUILESS_MAIN(TstFormat)
#include "tst_format.moc"
