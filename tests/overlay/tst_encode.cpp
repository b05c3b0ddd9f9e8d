#include <sys/resource.h>

#include <QObject>
#include <csignal>
#include <thread>

#include "engine/overlay/compare.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestEncode : public QObject {
    Q_OBJECT

private slots:
    void mappedOrReadIsTheSame();
    void givesBackWhatItWasMadeOf_data();
    void givesBackWhatItWasMadeOf();
    void saysWhatItIsMadeOf();
    void cutsStateIntoPieces();
    void looksOnlyWhereChunksMayDiffer();
    void givesTheSameBytesEveryTime();
    void refusesWhatAManifestMayNotSay();
    void leavesNothingWhenCancelled();
    void leavesNothingWhenTheDeviceIsFull();
};

// Encodes, then checks in every way there is: replay, verify, compare.
static void roundTrip(const Images& base, const Images& target) {
    const Workshop workshop;
    const BaseImages images = workshop.base(base);
    MemorySource source(workshop.encode(images, target));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    must(verifyOverlay(overlay, images, progress, {}));
    const File disk = must(File::open(workshop.path("disk"), File::Mode::read));
    const File memory = must(File::open(workshop.path("memory"), File::Mode::read));
    must(compareReplay(overlay, images, {disk, memory}, progress, {}));
    const Images result = must(workshop.replay(overlay, images));
    QVERIFY(result.disk == target.disk);
    QVERIFY(result.memory == target.memory);
}

void TestEncode::givesBackWhatItWasMadeOf_data() {
    QTest::addColumn<QString>("baseDisk");
    QTest::addColumn<QString>("baseMemory");
    QTest::addColumn<QString>("disk");
    QTest::addColumn<QString>("memory");
    QTest::addColumn<int>("more");  // bytes cut off or added at the end of both
    const auto row = [](const char* name, QStringList images, int more = 0) {
        QTest::newRow(name) << images[0] << images[1] << images[2] << images[3] << more;
    };
    row("nothing changed", {"AB0C", "DE0F", "AB0C", "DE0F"});
    row("all empty", {"", "", "", ""});
    row("from nothing", {"", "", "AB0A", "BC"});
    row("to nothing", {"AB0A", "BC", "", ""});
    row("zeroed", {"ABCD", "EFGH", "A00D", "0000"});
    row("all zero, nothing to do", {"0000", "0000", "0000", "0000"});
    row("deltas", {"ABCD", "EFGH", "AbCd", "eFgH"});
    row("moved within the base", {"ABCD", "EFGH", "DABC", "HGFE"});
    row("swapped between images", {"ABCD", "EFGH", "EFGH", "ABCD"});
    row("new and repeated", {"A000", "B000", "XYXY", "YXZX"});
    row("all the same", {"ABCD", "EFGH", "XXXX", "XXXX"});
    row("grown", {"AB", "CD", "AB0X0", "CD00Y"});
    row("shrunk", {"ABCDE", "FGHIJ", "AB", "F"});
    row("holes in the base", {"A00B", "0000", "AX0B", "00Y0"});
    row("cut in the last chunk", {"ABC", "DEF", "ABC", "DEF"}, -100);
    row("changed in the cut chunk", {"ABC", "DEF", "ABX", "DEf"}, -4095);
    row("one byte more than the base", {"ABC", "DEF", "ABC", "DEF"}, 1);
    row("grown by part of a chunk", {"ABC", "DEF", "ABCX", "DEF0"}, -1000);
}

void TestEncode::givesBackWhatItWasMadeOf() {
    QFETCH(QString, baseDisk);
    QFETCH(QString, baseMemory);
    QFETCH(QString, disk);
    QFETCH(QString, memory);
    QFETCH(int, more);
    const Images base = draw(baseDisk.toStdString(), baseMemory.toStdString());
    Images target = draw(disk.toStdString(), memory.toStdString());
    const auto change = [more](std::size_t size) {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(size) + more);
    };
    target.disk.resize(change(target.disk.size()));
    target.memory.resize(change(target.memory.size()));
    roundTrip(base, target);
    roundTrip(target, base);
}

void TestEncode::saysWhatItIsMadeOf() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCDEF0", "GHIJ"));
    const Bytes png = [] {
        Bytes bytes = noise(1, 100);
        const std::string_view signature("\x89PNG\r\n\x1a\n", 8);
        std::memcpy(bytes.data(), signature.data(), signature.size());
        return bytes;
    }();
    MemorySource source(workshop.encode(base, draw("AGc0XFX", "GX0A"), [&](EncodeInput& input) {
        input.title = "nginx";
        input.notes = "two\nlines";
        input.ports = {*PortForward::parse("tcp:8080:80"), *PortForward::parse("udp:53:53")};
        input.preview = png;
    }));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const Manifest& manifest = overlay.manifest();
    QCOMPARE(manifest.title, std::string("nginx"));
    QCOMPARE(manifest.notes, std::string("two\nlines"));
    QCOMPARE(manifest.ports.size(), std::size_t{2});
    QVERIFY(manifest.preview == png);
    QCOMPARE(manifest.created, std::int64_t{1'700'000'000});
    QVERIFY(manifest.base == base.description());
    const Composition& disk = manifest.of(ImageKind::disk);
    QCOMPARE(disk.zero, 1u);            // D
    QCOMPARE(disk.fromBaseMemory, 1u);  // G
    QCOMPARE(disk.repeats, 2u);         // X, first seen in the memory
    QCOMPARE(disk.delta, 1u);           // c, over C
    QCOMPARE(disk.changed(), 5u);
    const Composition& memory = manifest.of(ImageKind::memory);
    QCOMPARE(memory.raw, 1u);           // X is like nothing else
    QCOMPARE(memory.zero, 1u);          // I
    QCOMPARE(memory.fromBaseDisk, 1u);  // A
    QVERIFY(!manifest.state && !manifest.machine);
}

void TestEncode::cutsStateIntoPieces() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("A", "B"));
    const Bytes state = noise(7, (2 << 20) + 12345);
    MemorySource source(
        workshop.encode(base, draw("A", "B"), [&](EncodeInput& input) { input.state = state; }));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QCOMPARE(overlay.segmentCount(), std::size_t{3});
    QVERIFY(must(overlay.state(base)) == state);
    Progress progress;
    const VerifyReport report = must(verifyOverlay(overlay, base, progress, {}));
    QCOMPARE(report.plainBytes, std::uint64_t{state.size()});
}

void TestEncode::looksOnlyWhereChunksMayDiffer() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    ChunkSet disk(4);
    disk.insert(1);
    disk.insert(2);
    const ChunkSet memory(2);  // shorter than the image: the rest may differ
    MemorySource source(workshop.encode(base, draw("XXCX", "XFGX"), [&](EncodeInput& input) {
        input.diskMayDiffer = &disk;
        input.memoryMayDiffer = &memory;
    }));
    const OverlayReader overlay = must(OverlayReader::open(source));
    // A comparison with the same sets, before replay() overwrites the files.
    const File diskFile = must(File::open(workshop.path("disk"), File::Mode::read));
    const File memoryFile = must(File::open(workshop.path("memory"), File::Mode::read));
    Progress progress;
    must(compareReplay(overlay, base, {diskFile, memoryFile, &disk, &memory}, progress, {}));
    QVERIFY(!compareReplay(overlay, base, {diskFile, memoryFile}, progress, {}));
    const Images result = must(workshop.replay(overlay, base));
    QVERIFY(result.disk == letters("AXCD"));
    QVERIFY(result.memory == letters("EFGX"));
}

void TestEncode::givesTheSameBytesEveryTime() {
    const Workshop workshop;
    std::string base;
    std::string target;
    for (int i = 0; i < 700; ++i) {
        base += static_cast<char>('A' + i % 13);
        target += static_cast<char>((i % 3 == 0 ? 'a' : 'A') + i % 17);
    }
    Images images = draw(target, target);
    const Bytes more = noise(3, 3 << 20);
    images.disk.insert(images.disk.end(), more.begin(), more.end());
    const BaseImages opened = workshop.base(draw(base, base));
    const Bytes first = workshop.encode(opened, images);
    for (int i = 0; i < 3; ++i) QVERIFY(workshop.encode(opened, images) == first);
}

void TestEncode::refusesWhatAManifestMayNotSay() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("A", "B"));
    const auto codeOf = [&](const std::function<void(EncodeInput&)>& adjust) {
        const Result<OverlaySummary> done = workshop.tryEncode(base, draw("A", "C"), adjust);
        return done ? ErrorCode::failed : done.error().code;
    };
    QCOMPARE(codeOf([](EncodeInput& i) { i.title = "two\nlines"; }), ErrorCode::invalid);
    QCOMPARE(codeOf([](EncodeInput& i) { i.notes = std::string(20000, 'x'); }), ErrorCode::invalid);
    QCOMPARE(codeOf([](EncodeInput& i) { i.preview = noise(1, 50); }), ErrorCode::invalid);
    QCOMPARE(codeOf([](EncodeInput& i) { i.state = ByteView(); }), ErrorCode::invalid);
    QCOMPARE(codeOf([](EncodeInput& i) { i.machine = MachineSpec(); }), ErrorCode::invalid);
    QVERIFY(!fs::exists(workshop.path("overlay")));
}

void TestEncode::leavesNothingWhenCancelled() {
    const Workshop workshop;
    const BaseImages base = workshop.base({noise(1, 4 << 20), noise(2, 4 << 20)});
    const File disk = workshop.write("disk", noise(3, 4 << 20));
    const File memory = workshop.write("memory", noise(4, 4 << 20));
    const EncodeInput input(base, disk, memory);
    const std::size_t filesBefore = workshop.filesInFolder();
    // Cancelled at once, then at later and later points, until it is too late to cancel.
    int cancelled = 0;
    for (int delayUs = 0;; delayUs = delayUs * 2 + 50) {
        Progress progress;
        std::stop_source stop;
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::microseconds(delayUs));
            stop.request_stop();
        });
        const Result<OverlaySummary> done =
            encodeOverlay(input, {}, workshop.path("overlay"), progress, stop.get_token());
        canceller.join();
        if (done) break;
        QCOMPARE(done.error().code, ErrorCode::cancelled);
        QCOMPARE(workshop.filesInFolder(), filesBefore);
        ++cancelled;
    }
    QVERIFY(cancelled > 3);
    QVERIFY(fs::exists(workshop.path("overlay")));
}

void TestEncode::leavesNothingWhenTheDeviceIsFull() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("A", "B"));
    const Images images{noise(1, 3 << 20), noise(2, 1 << 20)};
    workshop.write("disk", images.disk);
    workshop.write("memory", images.memory);
    const std::size_t files = workshop.filesInFolder();
    const File disk = must(File::open(workshop.path("disk"), File::Mode::read));
    const File memory = must(File::open(workshop.path("memory"), File::Mode::read));
    const EncodeInput input(base, disk, memory);
    // A limit on file sizes fails the same calls as a full device does, without a device.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    // In the spool; then in the file itself, whose header and table make it the larger one.
    for (const rlim_t limit : {rlim_t{1} << 20, (rlim_t{4} << 20) + 100}) {
        const rlimit small{limit, before.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        Progress progress;
        const Result<OverlaySummary> done =
            encodeOverlay(input, {}, workshop.path("overlay"), progress, {});
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::noSpace);
        QCOMPARE(workshop.filesInFolder(), files);
    }
}

// An image that nobody has open for writing is compared where it is mapped.
void TestEncode::mappedOrReadIsTheSame() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw(std::string(40, 'A') + "BC000D", "EF"));
    Images images = draw(std::string(39, 'A') + "bBC0X0DaY", "E0fZ");
    images.disk.resize(images.disk.size() - 1000);
    const Bytes read = workshop.encode(base, images);
    const File disk = must(File::open(workshop.path("disk"), File::Mode::read));
    const File memory = must(File::open(workshop.path("memory"), File::Mode::read));
    EncodeInput input(base, disk, memory);
    input.created = 1'700'000'000;
    Progress progress;
    must(encodeOverlay(input, {}, workshop.path("mapped"), progress, {}));
    QVERIFY(must(readWholeFile(workshop.path("mapped"), 1 << 30)) == read);
}

QTEST_GUILESS_MAIN(TestEncode)
#include "tst_encode.moc"
