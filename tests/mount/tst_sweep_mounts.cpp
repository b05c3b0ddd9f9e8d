#include "engine/mount/sweep_mounts.h"

#include <signal.h>

#include "engine/mount/mount_process.h"
#include "tests/catalog/child.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

bool always(const fs::path&) {
    return true;
}
bool never(const fs::path&) {
    return false;
}

pid_t serverOf(const MountPlace& place) {
    const auto socket = PacketSocket::connect(place.run() / "mount.sock");
    return socket ? socket->peer().value_or(0) : 0;
}

// Mounts in a process of its own, and ends that and cloudletfs with signals no one can catch.
void leaveDeadMount(const MountPlace& place) {
    Child child({"hold", place.path()});
    QCOMPARE(child.line(), std::string("ready"));
    const auto server = MountProcess::find(serverOf(place));
    ::kill(serverOf(place), SIGSTOP);  // so that it cannot clear up when its engine dies
    child.kill();
    server->kill();
    QVERIFY(server->waitForEnd(10s));
    QVERIFY(place.isMounted());
}

}  // namespace

class TestSweepMounts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void clearsTheDead() {
        const MountPlace place("A");
        leaveDeadMount(place);
        VALUE(elsewhere, sweepMounts(place / "disk.base", never));
        QVERIFY(elsewhere.empty());
        QVERIFY(place.isMounted());
        VALUE(notes, sweepMounts(place.path(), never));
        QCOMPARE(notes.size(), 1U);
        QVERIFY(notes[0].find("dead") != std::string::npos);
        QVERIFY(place.isClear());
        VALUE(again, sweepMounts(place.path(), always));
        QVERIFY(again.empty());
    }

    void leavesTheLiving() {
        const MountPlace place("A");
        VALUE(mount, place.start());
        std::vector<fs::path> asked;
        VALUE(notes, sweepMounts(place.path(), [&](const fs::path& folder) {
                  asked.push_back(folder);
                  return false;
              }));
        QVERIFY(notes.empty());
        QCOMPARE(asked, (std::vector<fs::path>{fs::canonical(place.run())}));
        QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
        QVERIFY(!mount.lost());
    }

    void endsTheAbandoned_data() {
        QTest::addColumn<bool>("stopped");
        QTest::newRow("serving") << false;
        QTest::newRow("stopped") << true;
    }
    void endsTheAbandoned() {
        QFETCH(bool, stopped);
        const MountPlace place("A");
        std::optional<MountedFile> disk;  // keeps it
        {
            VALUE(mount, place.start());
            disk.emplace(mount.disk());
            VERIFY_OK(mount.allPlaced({}));
            VERIFY_OK(mount.detach());
        }
        VALUE(server, MountProcess::find(serverOf(place)));
        if (stopped) ::kill(serverOf(place), SIGSTOP);
        VALUE(kept, sweepMounts(place.path(), never));
        QVERIFY(kept.empty() && place.isMounted());
        VALUE(notes, sweepMounts(place.path(), always));
        QCOMPARE(notes.size(), 1U);
        QVERIFY(place.isClear());
        QVERIFY(server.waitForEnd(0ms));
    }

    void noRunFoldersNoMounts() {
        VALUE(notes, sweepMounts("/nothing/of/the/kind", always));
        QVERIFY(notes.empty());
    }
};

namespace {

int childMain(const std::vector<std::string>& arguments) {
    const auto mount = Mount::start(MountPlace::planIn(arguments[1], "A"), {});
    say(mount ? "ready" : mount.error().message);
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestSweepMounts)
#include "tst_sweep_mounts.moc"
