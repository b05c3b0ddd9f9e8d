#include <QtTest>
#include <thread>

#include "engine/jobs/snapshot_trigger.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;

class TestSnapshotTrigger : public QObject {
    Q_OBJECT

private slots:
    void readsWhatItAccepts();
    void refusesTheRest_data();
    void refusesTheRest();
    void pausesUntilItIsStopped();
};

void TestSnapshotTrigger::readsWhatItAccepts() {
    VALUE(port, parseSnapshotTrigger("port:8080"));
    QCOMPARE(std::get<GuestPortAnswers>(port).port, std::uint16_t{8080});
    VALUE(last, parseSnapshotTrigger("port:65535"));
    QCOMPARE(std::get<GuestPortAnswers>(last).port, std::uint16_t{65535});
    VALUE(line, parseSnapshotTrigger("line:tiny login: "));
    QCOMPARE(std::get<SerialLineMatches>(line).text, std::string("tiny login: "));
    VALUE(time, parseSnapshotTrigger("after:30"));
    QVERIFY(std::get<TimePassed>(time).duration == std::chrono::seconds(30));
}

void TestSnapshotTrigger::refusesTheRest_data() {
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", ":", "port", "port:", "port:0", "port:65536", "port:-1", "port:80x", "port: 80",
          "line:", "line", "after:", "after:0", "after:-1", "after:1.5", "after:99999999999",
          "Port:80", "8080", "udp:53"}) {
        QTest::newRow(text) << text;
    }
}

void TestSnapshotTrigger::refusesTheRest() {
    QFETCH(QString, text);
    const auto refused = parseSnapshotTrigger(text.toStdString());
    VERIFY_ERROR(refused, ErrorCode::invalid);
    QVERIFY(refused.error().message.find("port:8080") != std::string::npos);
}

void TestSnapshotTrigger::pausesUntilItIsStopped() {
    VERIFY_OK(pauseFor(std::chrono::milliseconds(1), {}));
    std::stop_source source;
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        source.request_stop();
    });
    // Hangs until the test's own limit if the stop is not noticed.
    VERIFY_ERROR(pauseFor(std::chrono::hours(1), source.get_token()), ErrorCode::cancelled);
}

QTEST_GUILESS_MAIN(TestSnapshotTrigger)
#include "tst_snapshot_trigger.moc"
