#include "engine/net/server_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;

class TestServerProcess : public QObject {
    Q_OBJECT

private slots:
    void namesItself() {
        const test::Scratch scratch;
        VALUE(catalog, Catalog::open(scratch / "catalog"));
        VALUE(first, takeOverFrom(scratch / "process.json", catalog));
        QVERIFY(first.empty());
        VERIFY_OK(takeOverFrom(scratch / "process.json", catalog));
    }

    // Another process holds it, and is gone later.
    void refusesWhileAnotherLives() {
        const test::Scratch scratch;
        const fs::path file = scratch / "process.json";
        VALUE(catalog, Catalog::open(scratch / "catalog"));
        int ready[2];
        int end[2];
        QVERIFY(::pipe(ready) == 0 && ::pipe(end) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(end[1]);
            Result<Catalog> mine = Catalog::open(scratch / "other");
            const bool taken = mine && takeOverFrom(file, mine.value());
            char byte = taken ? 'y' : 'n';
            (void)!::write(ready[1], &byte, 1);
            (void)!::read(end[0], &byte, 1);
            ::_exit(0);
        }
        char byte = 0;
        QVERIFY(::read(ready[0], &byte, 1) == 1);
        QCOMPARE(byte, 'y');
        VERIFY_ERROR(takeOverFrom(file, catalog), ErrorCode::inUse);
        ::close(end[1]);
        ::waitpid(child, nullptr, 0);
        VERIFY_OK(takeOverFrom(file, catalog));
    }

    // Its VM, which this process cannot have, is looked for and not there.
    void endsWhatADeadOneLeft() {
        const test::Scratch scratch;
        const fs::path file = scratch / "process.json";
        VALUE(catalog, Catalog::open(scratch / "catalog"));
        SessionRecord session;
        session.title = "left";
        session.domainUuid = "00000000-0000-4000-8000-000000000000";
        session.runFolder = scratch / "nowhere";
        VALUE(begun, catalog.beginSession(session));
        const ProcessIdentity self = begun.owner;
        VERIFY_OK(writeWholeFile(file, asBytes("{\"pid\":1,\"startTime\":1,\"bootId\":\"x\"}")));
        VALUE(none, takeOverFrom(file, catalog));
        QVERIFY(none.empty());  // ours is not theirs
        QVERIFY(self == ProcessIdentity::self());
        VERIFY_OK(writeWholeFile(file, asBytes("half a")));
        VERIFY_OK(takeOverFrom(file, catalog));
    }
};

QTEST_GUILESS_MAIN(TestServerProcess)
#include "tst_server_process.moc"
