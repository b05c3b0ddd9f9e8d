#include "app/studio/job.h"

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

constexpr int kPollMs = 100;

}  // namespace

Job::Job(QObject* parent) : QObject(parent) {
    m_timer.setInterval(kPollMs);
    connect(&m_timer, &QTimer::timeout, this, &Job::poll);
}

Job::~Job() {
    m_thread.request_stop();
    if (m_thread.joinable()) m_thread.join();
}

void Job::start(Work work) {
    CHECK(!isRunning());
    if (m_thread.joinable()) m_thread.join();
    m_state = State::running;
    m_began = std::chrono::steady_clock::now();
    m_timer.start();
    m_thread = std::jthread([this, work = std::move(work)](const std::stop_token& stop) {
        const Result<void> done = work(m_progress, stop);
        const std::optional<Error> error = done ? std::nullopt : std::optional(done.error());
        // The object outlives its thread, and an event for a destroyed object is dropped.
        QMetaObject::invokeMethod(
            this, [this, error] { end(error); }, Qt::QueuedConnection);
    });
    Q_EMIT started();
}

void Job::cancel() {
    if (!isRunning()) return;
    m_thread.request_stop();
    Q_EMIT progressed();
}

StageView Job::view() const {
    const Progress::Snapshot now = m_progress.snapshot();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - now.began;
    return {toQt(now.stage), now.done, now.total, now.inBytes,
            now.stageIndex == 0 ? 0 : took.count()};
}

double Job::seconds() const {
    const auto until = isRunning() ? std::chrono::steady_clock::now() : m_ended;
    return std::chrono::duration<double>(until - m_began).count();
}

void Job::poll() {
    for (const Progress::FinishedStage& stage : m_progress.takeFinished()) {
        Q_EMIT stageFinished(toQt(stage.name), std::chrono::duration<double>(stage.took).count());
    }
    for (const std::string& text : m_progress.takeNotices()) Q_EMIT noticed(toQt(text));
    Q_EMIT progressed();
}

void Job::end(const std::optional<Error>& error) {
    m_timer.stop();
    m_ended = std::chrono::steady_clock::now();
    poll();
    m_state = State::done;
    if (error) {
        m_error = *error;
        m_state = error->code == ErrorCode::cancelled ? State::cancelled : State::failed;
    }
    Q_EMIT finished();
}

}  // namespace cloudlet
