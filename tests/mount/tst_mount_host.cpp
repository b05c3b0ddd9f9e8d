#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestMountHost : public QObject {
    Q_OBJECT

private slots:
    void findsThePrograms() {
        ::unsetenv("CLOUDLET_FS");
        ::unsetenv("CLOUDLET_QEMU");
        // In the build's layout, seen from tests/mount.
        VALUE(program, defaultMountProgram());
        QVERIFY(fs::equivalent(program, MOUNT_PROGRAM));
        VALUE(emulator, defaultMountEmulator());
        QCOMPARE(emulator.filename(), fs::path("cloudlet-qemu"));
        ::setenv("CLOUDLET_FS", "/elsewhere/fs", 1);
        QCOMPARE(*defaultMountProgram(), fs::path("/elsewhere/fs"));
        ::unsetenv("CLOUDLET_FS");
    }

    void saysWhatKeepsFromMounting() {
        const Scratch scratch;
        VERIFY_ERROR(checkMountPossible(scratch / "fuse"), ErrorCode::unavailable);
        const auto missing = checkMountPossible(scratch / "fuse");
        QVERIFY(missing.error().message.find("modprobe fuse") != std::string::npos);
        VERIFY_OK(checkMountPossible("/dev/null"));
    }

    void saysWhoMayNotMount() {
        if (::geteuid() == 0) QSKIP("root may open everything");
        const Scratch scratch;
        imageFile(scratch / "fuse", "A");
        QCOMPARE(::chmod((scratch / "fuse").c_str(), 0), 0);
        const auto closed = checkMountPossible(scratch / "fuse");
        VERIFY_ERROR(closed, ErrorCode::permission);
        QVERIFY(closed.error().message.find("chmod 666") != std::string::npos);
    }

    void saysThatFusermountIsMissing() {
        if (::geteuid() == 0) QSKIP("root mounts without fusermount3");
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nonexistent");
        const auto missing = checkMountPossible("/dev/null");
        qputenv("PATH", path);
        VERIFY_ERROR(missing, ErrorCode::unavailable);
        QVERIFY(missing.error().message.find("package fuse3") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestMountHost)
#include "tst_mount_host.moc"
