#include "app/studio/gui_watchdog.h"

#include <QFile>

namespace cloudlet {

using namespace std::chrono;

namespace {

constexpr milliseconds kBeat{10};  // of which the thread sleeps as long as nothing is to do

}  // namespace

GuiWatchdog::GuiWatchdog(Bark bark, QObject* parent) : QObject(parent), m_bark(std::move(bark)) {
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &GuiWatchdog::beat);
    m_timer.start(kBeat);
}

// proc(5): nanoseconds on a processor, then those on a run queue.
GuiWatchdog::Times GuiWatchdog::now() {
    Times times{steady_clock::now().time_since_epoch(), {}};
    QFile file(QStringLiteral("/proc/thread-self/schedstat"));
    if (!file.open(QIODevice::ReadOnly)) return times;
    const QList<QByteArray> words = file.readAll().split(' ');
    if (words.size() >= 2) {
        times.worked = nanoseconds(words.at(0).toLongLong() + words.at(1).toLongLong());
    }
    return times;
}

void GuiWatchdog::beat() {
    const Times time = now();
    const std::optional<Times> last = std::exchange(m_last, time);
    if (!last || time.worked == nanoseconds(0)) return;  // a kernel that does not count
    const auto blocked = (time.wall - last->wall) - (time.worked - last->worked) - kBeat;
    if (blocked > kLimit) m_bark(duration_cast<milliseconds>(blocked));
}

}  // namespace cloudlet
