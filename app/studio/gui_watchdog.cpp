#include "app/studio/gui_watchdog.h"

#include <time.h>

#include <QFile>
#include <algorithm>

namespace cloudlet {

using namespace std::chrono;

namespace {

constexpr milliseconds kBeat{10};  // of which the thread sleeps as long as nothing is to do

// proc(5): nanoseconds on a processor, then those on a run queue.
nanoseconds workedTime() {
    QFile file(QStringLiteral("/proc/thread-self/schedstat"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QList<QByteArray> words = file.readAll().split(' ');
    if (words.size() < 2) return {};
    return nanoseconds(words.at(0).toLongLong() + words.at(1).toLongLong());
}

nanoseconds computedTime() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// "some avg10=… avg60=… avg300=… total=MICROSECONDS" is its first line.
std::optional<nanoseconds> pressureOn(const QString& resource) {
    QFile file(QStringLiteral("/proc/pressure/") + resource);
    if (!file.open(QIODevice::ReadOnly)) return std::nullopt;
    return microseconds(file.readLine().trimmed().split('=').last().toLongLong());
}

}  // namespace

GuiWatchdog::GuiWatchdog(Bark bark, QObject* parent) : QObject(parent), m_bark(std::move(bark)) {
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &GuiWatchdog::beat);
    m_timer.start(kBeat);
}

GuiWatchdog::Times GuiWatchdog::now() {
    Times times{steady_clock::now().time_since_epoch(), workedTime(), computedTime(), {}};
    const auto processors = pressureOn(QStringLiteral("cpu"));
    const auto disk = pressureOn(QStringLiteral("io"));
    if (processors && disk) times.pressure = *processors + *disk;
    return times;
}

std::optional<milliseconds> GuiWatchdog::tooLong(const Times& from, const Times& until) {
    if (until.worked == nanoseconds(0)) return std::nullopt;  // a kernel that does not count
    const nanoseconds blocked = (until.wall - from.wall) - (until.worked - from.worked) - kBeat;
    nanoseconds excused = kMostExcused;
    if (from.pressure && until.pressure) {
        excused = std::min(excused, *until.pressure - *from.pressure);
    }
    if (blocked - excused <= kLimit) return std::nullopt;
    return duration_cast<milliseconds>(blocked);
}

std::optional<milliseconds> GuiWatchdog::tooMuch(const Times& from, const Times& until) {
    const nanoseconds computed = until.computed - from.computed;
    if (computed <= kComputingLimit) return std::nullopt;
    return duration_cast<milliseconds>(computed);
}

void GuiWatchdog::beat() {
    const Times time = now();
    const std::optional<Times> last = std::exchange(m_last, time);
    if (!last) return;
    if (const auto blocked = tooLong(*last, time)) m_bark(Fault::blocked, *blocked);
    if (const auto computed = tooMuch(*last, time)) m_bark(Fault::computed, *computed);
}

}  // namespace cloudlet
