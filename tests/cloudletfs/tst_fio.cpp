// fio writes, reads back and verifies by checksums, while placements arrive that come too late
// for what it has written.
#include "engine/base/process.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

class TestFio : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void verifies_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("cached") << QStringList{"--rw=randwrite", "--bsrange=512-64k",
                                               "--bs_unaligned=1"};
        QTest::newRow("direct") << QStringList{"--rw=randwrite", "--bs=4k", "--direct=1"};
        QTest::newRow("mapped") << QStringList{"--rw=randwrite", "--bs=4k", "--ioengine=mmap"};
        QTest::newRow("sequential") << QStringList{"--rw=write", "--bs=256k", "--direct=1"};
        QTest::newRow("asynchronous") << QStringList{"--rw=randwrite", "--bs=4k", "--direct=1",
                                                     "--ioengine=libaio", "--iodepth=16"};
    }
    void verifies() {
        QFETCH(QStringList, options);
        constexpr std::size_t kChunks = 4096;
        const MountPlace place(std::string(kChunks, '?'));
        VALUE(mount, place.start());
        std::jthread placing([&](const std::stop_token& stop) {
            for (std::uint64_t i = kChunks; i > 0 && !stop.stop_requested(); i -= 16) {
                (void)mount.place(ImageKind::disk, i - 16, letterImage(std::string(16, 'x')));
                std::this_thread::sleep_for(1ms);
            }
        });
        std::vector<std::string> arguments{"fio",
                                           "--name=verify",
                                           "--filename",
                                           mount.disk().string(),
                                           "--size=16m",
                                           "--allow_file_create=0",
                                           "--fallocate=none",
                                           "--verify=crc32c",
                                           "--do_verify=1",
                                           "--verify_fatal=1",
                                           "--randrepeat=0",
                                           "--aux-path=" + place.path().string(),
                                           "--verify_state_save=0",
                                           "--minimal"};
        if (!options.join(' ').contains("--ioengine")) arguments.push_back("--ioengine=psync");
        for (const QString& option : options) arguments.push_back(option.toStdString());
        VALUE(done, runProcess({arguments, {}, {}}, {}));
        QVERIFY2(done.exitCode == 0, (done.output + done.errorOutput).c_str());
        placing.join();
        VERIFY_OK(mount.allPlaced({}));
        VALUE(changes, mount.changes(ImageKind::disk));
        QCOMPARE(changes.modified.count(), kChunks);
    }
};

QTEST_GUILESS_MAIN(TestFio)
#include "tst_fio.moc"
