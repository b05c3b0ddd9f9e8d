// The files of real file systems, in a base and with what an overlay has added.
#include <QTest>

#include "engine/jobs/overlay_files.h"
#include "tests/overlay/letter_images.h"
#include "tests/support/ext4_disk.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

std::string asBig(std::uint64_t seed, std::size_t size) {
    return std::string(asText(noise(seed, size)));
}

Ext4Disk guestDisk() {
    Ext4Disk disk;
    disk.bytes = 6 << 20;
    disk.offset = 1 << 20;
    disk.options = "-b 4096 -U 11111111-2222-3333-4444-555555555555";
    disk.files = {{"etc/hosts", "127.0.0.1 localhost"}, {"usr/old", asBig(1, 90'000)}};
    return disk;
}

Bytes partitioned(Bytes disk) {
    const unsigned char entry[] = {0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0x28, 0, 0};  // from 1 MiB on
    for (std::size_t i = 0; i < sizeof entry; ++i) disk[446 + 4 + i] = std::byte{entry[i]};
    disk[510] = std::byte{0x55};
    disk[511] = std::byte{0xaa};
    return disk;
}

}  // namespace

class TestOverlayFiles : public QObject {
    Q_OBJECT
private slots:
    void namesTheFilesThatWereAdded();
    void saysWhatCannotBeRead();
    void stops();
};

void TestOverlayFiles::namesTheFilesThatWereAdded() {
    Ext4Disk plan = guestDisk();
    const Bytes before = partitioned(plan.make());
    plan.files["srv/large"] = asBig(2, 300'000);
    plan.files["srv/small"] = asBig(3, 5'000);
    const Bytes after = partitioned(plan.make());
    const Workshop shop;
    const BaseImages base = shop.base({before, letters("M")});
    MemorySource source(shop.encode(base, {after, letters("M")}));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    VALUE(found, findOverlayFiles(overlay, base, progress, {}));
    QCOMPARE(found.unreadable, std::string());
    QCOMPARE(found.fileSystems, std::vector<std::string>{"ext4 \"root\" in partition 1"});
    QVERIFY(!found.files.empty());
    QCOMPARE(found.files.front().path, std::string("/srv/large"));
    QVERIFY(found.files.front().chunks >= 73);
    // Noise does not shrink.
    QVERIFY(found.files.front().storedBytes > 290'000);
    QVERIFY(found.files.front().storedBytes < 320'000);
    const auto old = std::find_if(found.files.begin(), found.files.end(),
                                  [](const auto& file) { return file.path == "/etc/hosts"; });
    QVERIFY(old == found.files.end() || old->storedBytes < 4096);
    // Every changed chunk is accounted for, once.
    const Composition& disk = overlay.manifest().of(ImageKind::disk);
    QCOMPARE(found.total.chunks, disk.changed());
    QCOMPARE(
        found.inFiles.chunks + found.tables.chunks + found.journal.chunks + found.unowned.chunks,
        disk.changed());
    QCOMPARE(found.total.storedBytes, disk.storedBytes);
}

void TestOverlayFiles::saysWhatCannotBeRead() {
    const Workshop shop;
    const BaseImages base = shop.base(draw("AAAA", "M"));
    Images images = draw("AABC", "M");
    MemorySource source(shop.encode(base, images));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    VALUE(found, findOverlayFiles(overlay, base, progress, {}));
    QVERIFY(found.unreadable.find("no ext4") != std::string::npos);
    QVERIFY(found.files.empty());
    QCOMPARE(found.unowned.chunks, std::uint64_t{2});
    QCOMPARE(found.total.chunks, std::uint64_t{2});

    std::copy_n(asBytes("XFSB").begin(), 4, images.disk.begin());
    MemorySource other(shop.encode(base, images));
    const OverlayReader second = must(OverlayReader::open(other));
    VALUE(xfs, findOverlayFiles(second, base, progress, {}));
    QVERIFY(xfs.unreadable.find("XFS") != std::string::npos);
}

void TestOverlayFiles::stops() {
    const Ext4Disk plan = guestDisk();
    const Workshop shop;
    const BaseImages base = shop.base({partitioned(plan.make()), letters("M")});
    MemorySource source(shop.encode(base, {partitioned(plan.make()), letters("N")}));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(findOverlayFiles(overlay, base, progress, stop.get_token()).error().code,
             ErrorCode::cancelled);
}

QTEST_GUILESS_MAIN(TestOverlayFiles)
#include "tst_overlay_files.moc"
