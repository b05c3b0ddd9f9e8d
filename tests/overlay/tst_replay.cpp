#include <QObject>

#include "engine/overlay/compare.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestReplay : public QObject {
    Q_OBJECT

private slots:
    void freesZeroChunks();
    void refusesAnotherBaseBeforeWriting();
    void isCancelled();
    void reportsWhatWasVerified();
    void comparisonNamesTheFirstDifference_data();
    void comparisonNamesTheFirstDifference();
    void comparisonRefusesAnotherSize();
};

void TestReplay::freesZeroChunks() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw(std::string(64, 'A'), "B"));
    MemorySource source(workshop.encode(base, draw(std::string(64, '0'), "B")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    must(workshop.replay(overlay, base));
    const File disk = must(File::open(workshop.path("disk"), File::Mode::read));
    QCOMPARE(must(disk.allocatedBytes()), std::uint64_t{0});
}

void TestReplay::refusesAnotherBaseBeforeWriting() {
    const Workshop workshop;
    Bytes bytes;
    {
        const BaseImages base = workshop.base(draw("AB", "C"));
        bytes = workshop.encode(base, draw("XY", "Z0"));
    }
    const BaseImages other = workshop.base(draw("AA", "C"));
    MemorySource source(bytes);
    const OverlayReader overlay = must(OverlayReader::open(source));
    const Result<Images> result = workshop.replay(overlay, other);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::incompatible);
    QVERIFY(must(readWholeFile(workshop.path("disk"), 1 << 20)) == letters("AA"));
    QVERIFY(must(readWholeFile(workshop.path("memory"), 1 << 20)) == letters("C"));
}

void TestReplay::isCancelled() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("AB", "CD"));
    MemorySource source(workshop.encode(base, draw("XY", "0Z")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    std::stop_source stop;
    stop.request_stop();
    Progress progress;
    File disk = workshop.write("disk", letters("AB"));
    File memory = workshop.write("memory", letters("CD"));
    const auto codeOf = [](const auto& result) { return result.error().code; };
    QCOMPARE(codeOf(replayOverlay(overlay, base, {disk, memory}, progress, stop.get_token())),
             ErrorCode::cancelled);
    QCOMPARE(codeOf(verifyOverlay(overlay, base, progress, stop.get_token())),
             ErrorCode::cancelled);
    QCOMPARE(codeOf(compareReplay(overlay, base, {disk, memory}, progress, stop.get_token())),
             ErrorCode::cancelled);
}

void TestReplay::reportsWhatWasVerified() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    MemorySource source(workshop.encode(base, draw("XA0D", "XXGZ")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    const VerifyReport report = must(verifyOverlay(overlay, base, progress, {}));
    QCOMPARE(report.segments, overlay.segmentCount());
    QCOMPARE(report.chunks, std::uint64_t{5});                   // X A, X X Z
    QCOMPARE(report.plainBytes, std::uint64_t{3 * kChunkSize});  // X, Z, and A from the base
    QCOMPARE(report.storedBytes, source.bytes().size() - overlay.header().payloadOffset());
}

void TestReplay::comparisonNamesTheFirstDifference_data() {
    QTest::addColumn<QString>("disk");
    QTest::addColumn<QString>("memory");
    QTest::addColumn<QString>("difference");  // empty: none
    QTest::newRow("none") << "XA0DB0"
                          << "XXGZ"
                          << "";
    QTest::newRow("in a data chunk") << "YA0DB0"
                                     << "XXGZ"
                                     << "disk chunk 0";
    QTest::newRow("in a copy") << "XB0DB0"
                               << "XXGZ"
                               << "disk chunk 1";
    QTest::newRow("in a zero chunk") << "XACDB0"
                                     << "XXGZ"
                                     << "disk chunk 2";
    QTest::newRow("in an unchanged chunk") << "XA0dB0"
                                           << "XXGZ"
                                           << "disk chunk 3";
    QTest::newRow("in an unchanged zero chunk") << "XA0DBX"
                                                << "XXGZ"
                                                << "disk chunk 5";
    QTest::newRow("in a repeat") << "XA0DB0"
                                 << "X0GZ"
                                 << "memory chunk 1";
    QTest::newRow("several") << "XA0D00"
                             << "0000"
                             << "disk chunk 4";
}

void TestReplay::comparisonNamesTheFirstDifference() {
    QFETCH(QString, disk);
    QFETCH(QString, memory);
    QFETCH(QString, difference);
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCDE0", "EFGH"));
    MemorySource source(workshop.encode(base, draw("XA0DB0", "XXGZ")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const File diskFile = workshop.write("disk", letters(disk.toStdString()));
    const File memoryFile = workshop.write("memory", letters(memory.toStdString()));
    Progress progress;
    const Result<void> same = compareReplay(overlay, base, {diskFile, memoryFile}, progress, {});
    QCOMPARE(bool(same), difference.isEmpty());
    if (same) return;
    QCOMPARE(same.error().code, ErrorCode::corrupt);
    QVERIFY2(same.error().message.find(difference.toStdString() + " ") != std::string::npos,
             same.error().message.c_str());
}

void TestReplay::comparisonRefusesAnotherSize() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("AB", "C"));
    MemorySource source(workshop.encode(base, draw("AB", "C")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    File disk = workshop.write("disk", letters("AB0"));
    const File memory = workshop.write("memory", letters("C"));
    Progress progress;
    const Result<void> same = compareReplay(overlay, base, {disk, memory}, progress, {});
    QVERIFY(!same);
    QVERIFY(same.error().message.find("size") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestReplay)
#include "tst_replay.moc"
