// Mount against the real cloudletfs and the real kernel: what is read, written, placed, told.
#include <linux/falloc.h>
#include <sys/mman.h>

#include <future>

#include "engine/base/hash.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

class TestMount : public QObject {
    Q_OBJECT

private slots:
    void readsTheBase() {
        REQUIRE_FUSE();
        const MountPlace place("AB0C", "MN");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const MountedFile memory(mount.memory());
        QCOMPARE(disk.letters(0, 4), std::string("AB0C"));
        QCOMPARE(memory.letters(0, 2), std::string("MN"));
        QCOMPARE(disk.letters(1, 9), std::string("B0C"));
        QVERIFY(!mount.lost());
    }
};

QTEST_GUILESS_MAIN(TestMount)
#include "tst_mount.moc"
