#include "engine/base/progress.h"

#include <QTest>
#include <thread>

using namespace cloudlet;

class TstProgress : public QObject {
    Q_OBJECT

private slots:
    void stagesFollowEachOther() {
        Progress progress;
        QCOMPARE(progress.snapshot().stageIndex, 0u);
        QVERIFY(progress.snapshot().stage.empty());
        progress.beginStage("one", 10);
        progress.advance(3);
        progress.advance(4);
        QCOMPARE(progress.snapshot().done, 7u);
        QCOMPARE(progress.snapshot().total, 10u);
        QVERIFY(progress.snapshot().inBytes);
        progress.beginStage("two", 0, Progress::Unit::items);
        const Progress::Snapshot two = progress.snapshot();
        QCOMPARE(two.stage, "two");
        QCOMPARE(two.stageIndex, 2u);
        QCOMPARE(two.done, 0u);
        QCOMPARE(two.total, 0u);
        QVERIFY(!two.inBytes);
        progress.setTotal(5);
        progress.setDone(4);
        QCOMPARE(progress.snapshot().total, 5u);
        QCOMPARE(progress.snapshot().done, 4u);
    }

    void noticesAreTakenOnceInOrder() {
        Progress progress;
        progress.notice("a");
        progress.notice("b");
        const std::vector<std::string> expected{"a", "b"};
        QVERIFY(progress.takeNotices() == expected);
        QVERIFY(progress.takeNotices().empty());
    }

    void everyFinishedStageIsTold() {
        Progress progress;
        QVERIFY(progress.takeFinished().empty());
        for (const char* name : {"one", "two", "three"}) progress.beginStage(name);
        const std::vector<Progress::FinishedStage> finished = progress.takeFinished();
        QCOMPARE(finished.size(), std::size_t{2});
        QCOMPARE(finished[0].name, "one");
        QCOMPARE(finished[1].name, "two");
        QVERIFY(finished[1].took.count() >= 0);
        QVERIFY(progress.takeFinished().empty());
    }

    void isReadWhileItIsWritten() {
        Progress progress;
        {
            std::jthread writer([&] {
                for (int stage = 0; stage < 50; ++stage) {
                    progress.beginStage("stage " + std::to_string(stage), 100);
                    for (int i = 0; i < 100; ++i) progress.advance(1);
                    progress.notice("done");
                }
            });
            for (int i = 0; i < 1000; ++i) QVERIFY(progress.snapshot().done <= 100);
        }
        QCOMPARE(progress.snapshot().stageIndex, 50u);
        QCOMPARE(progress.takeNotices().size(), 50u);
    }
};

QTEST_GUILESS_MAIN(TstProgress)
#include "tst_progress.moc"
