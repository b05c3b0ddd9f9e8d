#include "app/cloudlet/options.h"

#include <QtTest>

#include "app/cloudlet/terminal.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestOptions : public QObject {
    Q_OBJECT

private slots:
    void readsSizes_data();
    void readsSizes();
    void refusesSizes_data();
    void refusesSizes();
    void readsRedirections();
    void checksTheMachine();
    void makesPathsAbsolute();
    void formatsATable();
};

void TestOptions::readsSizes_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<quint64>("bytes");
    QTest::newRow("MiB by default") << "512" << (quint64{512} << 20);
    QTest::newRow("K") << "4K" << quint64{4096};
    QTest::newRow("M") << "1m" << quint64{1 << 20};
    QTest::newRow("G") << "2G" << quint64{2} * (1 << 30);
    QTest::newRow("T") << "16T" << quint64{16} * 1024 * (1 << 30);
}

void TestOptions::readsSizes() {
    QFETCH(QString, text);
    QFETCH(quint64, bytes);
    QCOMPARE(parseSize(text.toStdString()).value(), std::uint64_t{bytes});
}

void TestOptions::refusesSizes_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"", "M", "0", "0M", "-1", "1.5G", "1MB", "1 G", "1P", "0x10",
                             "99999999999999999999", "17592186044416M", "18446744073709551615T"}) {
        QTest::newRow(text) << text;
    }
}

void TestOptions::refusesSizes() {
    QFETCH(QString, text);
    VERIFY_ERROR(parseSize(text.toStdString()), ErrorCode::invalid);
}

void TestOptions::readsRedirections() {
    VALUE(none, parseRedirections({}));
    QVERIFY(none.empty());
    VALUE(two, parseRedirections({"-redir", "tcp:8080::80", "-redir", "udp:53::5353"}));
    QCOMPARE(two.size(), std::size_t{2});
    QCOMPARE(two[0].text(), std::string("tcp:8080:80"));
    QCOMPARE(two[1].text(), std::string("udp:53:5353"));
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{"-redir"},
                                                  {"tcp:8080::80"},
                                                  {"-redir", "-redir"},
                                                  {"-redir", "tcp:8080::80", "-usb"},
                                                  {"-monitor", "stdio"}}) {
        VERIFY_ERROR(parseRedirections(wrong), ErrorCode::invalid);
    }
}

void TestOptions::checksTheMachine() {
    MachineOptions options;
    VALUE(usual, options.spec());
    QCOMPARE(usual.memoryBytes, std::uint64_t{512 << 20});
    options.memory = "1M";
    VERIFY_ERROR(options.spec(), ErrorCode::invalid);
    options = {};
    options.vcpus = 0;
    VERIFY_ERROR(options.spec(), ErrorCode::invalid);
    options = {};
    options.cpu = "host,+vmx";
    VERIFY_ERROR(options.spec(), ErrorCode::invalid);
}

void TestOptions::makesPathsAbsolute() {
    QCOMPARE(absolutePath("/a/../b").string(), std::string("/b"));
    QCOMPARE(absolutePath("x"), std::filesystem::current_path() / "x");
}

void TestOptions::formatsATable() {
    QCOMPARE(formatTable({{"A", "BB", "C"}, {"long", "x", "last"}, {"", "", ""}}),
             std::string("A     BB  C\nlong  x   last\n          \n"));
    QCOMPARE(formatTable({}), std::string());
    QCOMPARE(formatTable({{"only"}}), std::string("only\n"));
}

QTEST_GUILESS_MAIN(TestOptions)
#include "tst_options.moc"
