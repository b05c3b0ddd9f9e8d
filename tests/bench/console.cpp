// How many full screens a second the console draws, and what each costs the window's thread. The
// server is a fake one in this process, on a thread of its own: it sends the next screen, raw, when
// the client asks for it. Run it under `taskset -c 0` to give client and server one core together.
//
// Usage: bench_console [SECONDS]     (QT_QPA_PLATFORM as you like; offscreen unless told)
#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>
#include <vector>

#include "tests/widgets/fake_vnc_server.h"
#include "widgets/console_view.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr QSize kScreen(1280, 800);
constexpr int kScreens = 8;  // that follow one another

double cpuMs(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Tells what drawing costs.
class MeasuredView : public ConsoleView {
public:
    std::vector<double> paints;  // ms of the clock

protected:
    void paintEvent(QPaintEvent* event) override {
        QElapsedTimer timer;
        timer.start();
        ConsoleView::paintEvent(event);
        paints.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
};

// A screen of lines in many colours, raw: text and pictures are no single colour either.
QByteArray screenOf(int number) {
    QByteArray bytes =
        FakeVncServer::updateOf(1) + FakeVncServer::rectangle({QPoint(0, 0), kScreen}, 0 /* raw */);
    for (int y = 0; y < kScreen.height(); ++y) {
        for (int x = 0; x < kScreen.width(); ++x) {
            const auto pixel =
                qToLittleEndian(static_cast<quint32>((x * 7 + y * 1283) * 31 + number * 0x101010));
            bytes.append(reinterpret_cast<const char*>(&pixel), sizeof pixel);
        }
    }
    return bytes;
}

// Answers each request of the client with the next screen.
void feed(FakeVncServer& server, const std::stop_token& stop) {
    std::vector<QByteArray> screens;
    for (int i = 0; i < kScreens; ++i) screens.push_back(screenOf(i));
    for (int sent = 0; !stop.stop_requested();) {
        if (server.said().updateRequests <= sent) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
            continue;
        }
        server.send(screens[static_cast<std::size_t>(sent++ % kScreens)]);
    }
}

void measure(const QString& folder, const char* name, QSize size, double seconds) {
    const QString path = folder + QStringLiteral("/vnc");
    FakeVncServer server(path, kScreen);
    MeasuredView view;
    view.resize(size);
    view.show();
    view.open(unixConnector(path));
    const std::jthread feeder([&](const std::stop_token& stop) { feed(server, stop); });
    if (!QTest::qWaitFor([&] { return view.paints.size() > 10; }, 60'000)) {
        qFatal("nothing is drawn");
    }
    view.paints.clear();
    const double gui = cpuMs(CLOCK_THREAD_CPUTIME_ID);
    const double all = cpuMs(CLOCK_PROCESS_CPUTIME_ID);
    const int asked = server.said().updateRequests;
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < static_cast<qint64>(seconds * 1e3)) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
    }
    const double took = static_cast<double>(timer.elapsed()) / 1e3;
    const double guiMs = cpuMs(CLOCK_THREAD_CPUTIME_ID) - gui;
    const double allMs = cpuMs(CLOCK_PROCESS_CPUTIME_ID) - all;
    std::vector<double>& paints = view.paints;
    std::sort(paints.begin(), paints.end());
    const auto count = static_cast<double>(paints.size());
    std::printf(
        "%-28s %6.1f drawn/s %6.1f sent/s  GUI thread %5.2f ms of CPU per drawn frame, "
        "paint median %5.2f, 99 %% %5.2f, max %5.2f ms  all threads %3.0f %% of a core\n",
        name, count / took, (server.said().updateRequests - asked) / took, guiMs / count,
        paints[paints.size() / 2], paints[paints.size() * 99 / 100], paints.back(),
        allMs / took / 10);
}

}  // namespace

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    const double seconds = argc > 1 ? QByteArray(argv[1]).toDouble() : 5;
    const QTemporaryDir folder;
    measure(folder.path(), "actual size", kScreen, seconds);
    measure(folder.path(), "fit, smaller (1100 x 688)", {1100, 688}, seconds);
    measure(folder.path(), "fit, larger (1600 x 1000)", {1600, 1000}, seconds);
    return 0;
}
