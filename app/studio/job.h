// One piece of the engine's work on a thread of its own. The GUI polls its progress ten times a
// second and is told of its end. Made, called and destroyed on the GUI thread; destroyed while it
// runs, it cancels and waits, two seconds at most.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

class Job : public QObject {
    Q_OBJECT
public:
    using Work = std::function<Result<void>(Progress&, std::stop_token)>;
    enum class State { idle, running, done, failed, cancelled };
    Q_ENUM(State)

    explicit Job(QObject* parent = nullptr);
    ~Job() override;

    // REQUIRES: not running. `work` runs on the job's thread and may refer to nothing that the
    // GUI thread changes meanwhile.
    void start(Work work);
    void cancel();

    State state() const { return m_state; }
    bool isRunning() const { return m_state == State::running; }
    bool isCancelling() const { return isRunning() && m_thread.get_stop_token().stop_requested(); }
    // Why it failed or was cancelled; meaningless in other states.
    const Error& error() const { return m_error; }
    StageView view() const;
    double seconds() const;  // since it was started, until it ended

Q_SIGNALS:
    void started();
    void progressed();
    void stageFinished(const QString& stage, double seconds);
    void noticed(const QString& text);
    void finished();  // state() tells how

private:
    void poll();
    void end(const std::optional<Error>& error);

    Progress m_progress;
    State m_state = State::idle;
    Error m_error;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_began{};
    std::chrono::steady_clock::time_point m_ended{};
    std::jthread m_thread;
};

}  // namespace cloudlet
