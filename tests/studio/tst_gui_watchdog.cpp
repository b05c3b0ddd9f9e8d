// What the watchdog barks at, and what it lets be.
#include "app/studio/gui_watchdog.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QFile>
#include <QTest>
#include <QTimer>
#include <ctime>
#include <thread>
#include <vector>

using namespace cloudlet;
using namespace std::chrono_literals;

namespace {

struct Bark {
    GuiWatchdog::Fault fault;
    std::chrono::milliseconds time;
};

// Does something within the event loop, and tells what was barked.
std::vector<Bark> during(const std::function<void()>& act) {
    std::vector<Bark> barks;
    const GuiWatchdog watchdog([&](GuiWatchdog::Fault fault, std::chrono::milliseconds time) {
        barks.push_back({fault, time});
    });
    QEventLoop loop;
    QTimer::singleShot(30ms, &loop, [&] {
        act();
        QTimer::singleShot(30ms, &loop, &QEventLoop::quit);
    });
    loop.exec();
    return barks;
}

void compute(std::chrono::milliseconds time) {
    const auto now = [] { return 1000 * std::clock() / CLOCKS_PER_SEC; };
    const auto end = now() + time.count();
    while (now() <= end) continue;
}

}  // namespace

class TestGuiWatchdog : public QObject {
    Q_OBJECT
private slots:
    void barksAtACallThatBlocks();
    void barksAtLongComputing();
    void letsANestedLoopBe();
    void excusesALoadedMachine();
};

void TestGuiWatchdog::barksAtACallThatBlocks() {
    if (!QFile::exists("/proc/thread-self/schedstat")) QSKIP("this kernel does not count");
    const auto barks = during([] { std::this_thread::sleep_for(700ms); });  // whatever the load
    QCOMPARE(barks.size(), std::size_t{1});
    QVERIFY(barks.front().fault == GuiWatchdog::Fault::blocked);
    QVERIFY(barks.front().time >= 650ms);
}

// By the thread's own time, so that the load of the machine is none of its business.
void TestGuiWatchdog::barksAtLongComputing() {
    QVERIFY(during([] { compute(GuiWatchdog::kComputingLimit / 2); }).empty());
    const auto barks = during([] { compute(2 * GuiWatchdog::kComputingLimit); });
    QCOMPARE(barks.size(), std::size_t{1});
    QVERIFY(barks.front().fault == GuiWatchdog::Fault::computed);
    QVERIFY(barks.front().time >= 2 * GuiWatchdog::kComputingLimit);
}

void TestGuiWatchdog::letsANestedLoopBe() {
    const auto barks = during([] {
        QEventLoop dialog;
        QTimer::singleShot(150ms, &dialog, &QEventLoop::quit);
        dialog.exec();
    });
    QVERIFY(barks.empty());
}

void TestGuiWatchdog::excusesALoadedMachine() {
    const auto tooLong = [](std::chrono::milliseconds blocked,
                            std::optional<std::chrono::milliseconds> pressure) {
        const GuiWatchdog::Times from{5s, 1s, 1s, 10s};
        GuiWatchdog::Times until{from.wall + 30ms + blocked, from.worked + 20ms, {}, {}};
        if (pressure) until.pressure = *from.pressure + *pressure;
        return GuiWatchdog::tooLong(from, until).value_or(0ms);
    };
    QCOMPARE(tooLong(50ms, 0ms), 0ms);
    QCOMPARE(tooLong(60ms, 0ms), 60ms);
    QCOMPARE(tooLong(60ms, 20ms), 0ms);
    QCOMPARE(tooLong(90ms, 20ms), 90ms);
    QCOMPARE(tooLong(600ms, 600ms), 600ms);
    QCOMPARE(tooLong(490ms, std::nullopt), 0ms);  // a kernel that does not count
}

QTEST_GUILESS_MAIN(TestGuiWatchdog)
#include "tst_gui_watchdog.moc"
