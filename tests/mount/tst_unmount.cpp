#include "engine/mount/unmount.h"

#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestUnmount : public QObject {
    Q_OBJECT

private slots:
    void findsOurMountsAmongOthers() {
        const std::string text =
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
            "40 22 0:41 / /run/a/mnt rw,nosuid,nodev shared:2 master:1 - fuse.cloudletfs x rw\n"
            "41 22 0:42 / /run/other rw - fuse.sshfs cloudletfs rw\n"
            "42 22 0:43 / /run/with\\040blank\\134/mnt rw - fuse.cloudletfs cloudletfs rw\n"
            "43 22 0:44 / /run/b/mnt rw - fuse.cloudletfs cloudletfs rw";
        QCOMPARE(mountPointsIn(text),
                 (std::vector<fs::path>{"/run/a/mnt", "/run/with blank\\/mnt", "/run/b/mnt"}));
    }

    void passesOverNonsense() {
        for (const char* text :
             {"", "\n\n", "a", "a b c d e", "a b c d e - ", "1 2 3 4  - fuse.cloudletfs",
              " - fuse.cloudletfs", "1 2 3 4 /x rw fuse.cloudletfs", "1 2 3 4 /x\\04"}) {
            QCOMPARE(mountPointsIn(text), std::vector<fs::path>());
        }
        QCOMPARE(mountPointsIn("1 2 3 4 /x\\0zz rw - fuse.cloudletfs"),
                 (std::vector<fs::path>{"/x\\0zz"}));
    }

    void unmountsOnlyWhatIsMounted() {
        VERIFY_OK(unmount("/nothing/of/the/kind"));
        REQUIRE_FUSE();
        const MountPlace place("A");
        VALUE(mount, place.start());
        const MountedFile open(mount.disk());  // lazily, then
        VERIFY_OK(unmount(fs::canonical(place.run()) / "mnt"));
        QVERIFY(!place.isMounted());
        VERIFY_OK(unmount(fs::canonical(place.run()) / "mnt"));
    }
};

QTEST_GUILESS_MAIN(TestUnmount)
#include "tst_unmount.moc"
