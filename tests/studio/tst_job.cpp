#include <QSignalSpy>
#include <QTest>
#include <atomic>
#include <thread>

#include "app/studio/guest_desk.h"
#include "app/studio/job.h"
#include "tests/support/result_checks.h"
#include "tests/vm/scripted_domain.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

class TestJob : public QObject {
    Q_OBJECT
private slots:
    void tellsItsEnd();
    void tellsWhyItFailed();
    void isCancelled();
    void endsWithItsObject();
    void tellsStagesAndNotices();
    void runsAgain();
    void deskServesTasksInOrder();
    void deskSaysWhatFailed();
    void deskNoticesTheEndOfTheGuest();
    void deskIsCancelled();
};

void TestJob::tellsItsEnd() {
    Job job;
    QSignalSpy finished(&job, &Job::finished);
    job.start([](Progress&, const std::stop_token&) { return Result<void>(); });
    QVERIFY(job.isRunning());
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(job.state(), Job::State::done);
}

void TestJob::tellsWhyItFailed() {
    Job job;
    job.start([](Progress&, const std::stop_token&) -> Result<void> {
        return Error{ErrorCode::noSpace, "the disk is full"};
    });
    QTRY_COMPARE(job.state(), Job::State::failed);
    QCOMPARE(job.error().message, std::string("the disk is full"));
}

void TestJob::isCancelled() {
    Job job;
    job.start([](Progress&, const std::stop_token& stop) -> Result<void> {
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        return Error{ErrorCode::cancelled, "cancelled"};
    });
    job.cancel();
    QVERIFY(job.isCancelling());
    QTRY_COMPARE(job.state(), Job::State::cancelled);
    job.cancel();  // nothing to do any more
    QCOMPARE(job.state(), Job::State::cancelled);
}

void TestJob::endsWithItsObject() {
    std::atomic<bool> ended = false;
    {
        Job job;
        job.start([&ended](Progress&, const std::stop_token& stop) -> Result<void> {
            while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
            ended = true;
            return {};
        });
    }
    QVERIFY(ended);
    QCoreApplication::processEvents();  // what it posted belongs to nobody
}

void TestJob::tellsStagesAndNotices() {
    Job job;
    QSignalSpy stages(&job, &Job::stageFinished);
    QSignalSpy notices(&job, &Job::noticed);
    std::atomic<bool> goOn = false;
    job.start([&goOn](Progress& progress, const std::stop_token&) -> Result<void> {
        progress.beginStage("first");
        progress.notice("a word");
        progress.beginStage("second", 100);
        progress.advance(25);
        while (!goOn) std::this_thread::sleep_for(1ms);
        return {};
    });
    QTRY_COMPARE(job.view().stage, "second");
    QTRY_COMPARE(job.view().done, quint64{25});
    QCOMPARE(job.view().total, quint64{100});
    QTRY_COMPARE(stages.size(), 1);
    QCOMPARE(stages.first().first().toString(), "first");
    QCOMPARE(notices.first().first().toString(), "a word");
    goOn = true;
    QTRY_COMPARE(job.state(), Job::State::done);
}

void TestJob::runsAgain() {
    Job job;
    for (int i = 0; i < 3; ++i) {
        job.start([](Progress&, const std::stop_token&) { return Result<void>(); });
        QTRY_COMPARE(job.state(), Job::State::done);
    }
}

void TestJob::deskServesTasksInOrder() {
    GuestDesk desk;
    ScriptedDomain domain;
    QList<int> done;
    for (int i = 0; i < 3; ++i) {
        desk.post([&done, i](Domain&, const std::stop_token&) {
            done << i;
            return Result<void>();
        });
    }
    desk.leave();
    VERIFY_OK(desk.serve(domain, {}, {}));
    QCOMPARE(done, (QList<int>{0, 1, 2}));
}

void TestJob::deskSaysWhatFailed() {
    GuestDesk desk;
    ScriptedDomain domain;
    desk.post([](Domain&, const std::stop_token&) -> Result<void> {
        return Error{ErrorCode::unavailable, "no agent answers"};
    });
    desk.leave();
    QStringList failures;
    QList<DomainState> states;
    GuestDesk::Watcher watcher;
    watcher.taskFailed = [&](const Error& error) {
        failures << QString::fromStdString(error.message);
    };
    watcher.stateChanged = [&](const DomainStatus& status) { states << status.state; };
    VERIFY_OK(desk.serve(domain, {}, watcher));
    QCOMPARE(failures, QStringList{"no agent answers"});
    QVERIFY(states == QList<DomainState>{DomainState::running});
}

void TestJob::deskNoticesTheEndOfTheGuest() {
    GuestDesk desk;
    ScriptedDomain domain;
    domain.told.state = DomainState::shutOff;
    VERIFY_ERROR(desk.serve(domain, {}, {}), ErrorCode::failed);
}

void TestJob::deskIsCancelled() {
    GuestDesk desk;
    ScriptedDomain domain;
    std::stop_source stop;
    std::jthread other([&stop] {
        std::this_thread::sleep_for(20ms);
        stop.request_stop();
    });
    VERIFY_ERROR(desk.serve(domain, stop.get_token(), {}), ErrorCode::cancelled);
}

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
