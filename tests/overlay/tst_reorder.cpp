#include <QObject>
#include <thread>

#include "engine/overlay/reorder.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestReorder : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void equalsEncodingWithTheStartSet();
    void decodesInAnyOrder();
    void mayReplaceItsSource();
    void refusesAnotherBase();
    void leavesTheFileWhenTheBaseHasChanged();
    void leavesNothingWhenCancelled();
};

void TestReorder::initTestCase() {
    if (!qEnvironmentVariableIsSet("TMPDIR") && fs::is_directory("/dev/shm")) {
        qputenv("TMPDIR", "/dev/shm");
    }
}

static const Images kBase = draw("ABCDEFGH00AB", "IJKLMNOP00");

static void describe(EncodeInput& input) {
    static const Bytes state = letters("SsT");
    input.state = state;
    input.title = "to be reordered";
    input.ports = {*PortForward::parse("tcp:8080:80")};
}

static std::vector<ChunkRef> touches(std::mt19937_64& random, std::size_t count) {
    std::vector<ChunkRef> chunks;
    for (std::size_t i = 0; i < count; ++i) {
        chunks.push_back({random() % 2 == 0 ? ImageKind::disk : ImageKind::memory, random() % 400});
    }
    return chunks;
}

static std::string capitals(std::mt19937_64& random, std::size_t chunks) {
    std::string text;
    for (std::size_t i = 0; i < chunks; ++i) text += static_cast<char>('A' + random() % 13);
    return text;
}

static Images randomBase(std::mt19937_64& random) {
    return draw(capitals(random, 300), capitals(random, 300));
}

// Zeros, chunks of the base, changed ones, and ones that the base does not have.
static Bytes customised(std::mt19937_64& random) {
    std::string text;
    for (std::size_t i = 0; i < 350; ++i) {
        const auto letter = static_cast<char>(random() % 26);
        const std::uint64_t kind = random() % 4;
        text += kind == 0 ? '0' : static_cast<char>((kind == 1 ? 'a' : 'A') + letter);
    }
    Bytes image = letters(text);
    for (std::size_t i = 0; i < 100; ++i) {
        const Bytes fresh = noise(random(), kChunkSize);
        std::memcpy(image.data() + random() % 350 * kChunkSize, fresh.data(), kChunkSize);
    }
    return image;
}

// The strongest that can be said: byte for byte the file that encoding would have made.
void TestReorder::equalsEncodingWithTheStartSet() {
    const Workshop workshop;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        std::mt19937_64 random(seed);
        const BaseImages base = workshop.base(randomBase(random));
        const Images target{customised(random), customised(random)};
        const EncodeOptions options{.startSet = touches(random, seed == 1 ? 0 : 50 * seed)};
        const Bytes wanted = workshop.encode(base, target, describe, options);
        MemorySource source(workshop.encode(base, target, describe));
        const OverlayReader overlay = must(OverlayReader::open(source));
        Progress progress;
        const OverlaySummary summary =
            must(reorderOverlay(overlay, base, options, workshop.path("reordered"), progress, {}));
        QVERIFY2(must(readWholeFile(workshop.path("reordered"), 1 << 30)) == wanted,
                 qPrintable(QString("seed %1").arg(seed)));
        QCOMPARE(summary.manifest.startSet.has_value(), seed != 1);
        // And back: with no start set it is what it was.
        MemorySource again(wanted);
        must(reorderOverlay(must(OverlayReader::open(again)), base, {}, workshop.path("reordered"),
                            progress, {}));
        QVERIFY(must(readWholeFile(workshop.path("reordered"), 1 << 30)) == source.bytes());
    }
}

void TestReorder::decodesInAnyOrder() {
    const Workshop workshop;
    std::mt19937_64 random(5);
    const BaseImages base = workshop.base(randomBase(random));
    const Images target{customised(random), customised(random)};
    const EncodeOptions options{.startSet = touches(random, 300)};
    MemorySource source(workshop.encode(base, target, describe, options));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const StartSet startSet = overlay.manifest().startSet.value();
    QVERIFY(startSet.segments > 1 && startSet.storedBytes > 0);
    // Each segment from its own bytes alone, the last first.
    for (std::size_t i = overlay.segmentCount(); i-- > 0;) {
        const Extent stored = overlay.segment(i).stored;
        const ByteView bytes = ByteView(source.bytes()).subspan(stored.offset, stored.length);
        QVERIFY(overlay.decode(i, bytes, base));
        if (startSet.holds(i)) QVERIFY(overlay.segment(i).chunkCount <= 32);
    }
}

void TestReorder::mayReplaceItsSource() {
    const Workshop workshop;
    const BaseImages base = workshop.base(kBase);
    const Images target = draw("ABcDXXGH0A0I", "IjKLMAXP0Y");
    workshop.encode(base, target, describe);
    const std::size_t files = workshop.filesInFolder();
    FileSource source = must(FileSource::open(workshop.path("overlay")));
    Progress progress;
    const EncodeOptions options{.startSet = {{ImageKind::memory, 9}}};
    must(reorderOverlay(must(OverlayReader::open(source)), base, options, workshop.path("overlay"),
                        progress, {}));
    QCOMPARE(workshop.filesInFolder(), files);
    FileSource written = must(FileSource::open(workshop.path("overlay")));
    const OverlayReader overlay = must(OverlayReader::open(written));
    QCOMPARE(overlay.manifest().startSet->chunks, 1u);
    QCOMPARE(overlay.manifest().title, std::string("to be reordered"));
    const Images result = must(workshop.replay(overlay, base));
    QVERIFY(result.disk == target.disk && result.memory == target.memory);
}

void TestReorder::refusesAnotherBase() {
    const Workshop workshop;
    MemorySource source(workshop.encode(workshop.base(kBase), draw("X", "Y"), describe));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const BaseImages other = workshop.base(draw("A", "B"));
    Progress progress;
    const Result<OverlaySummary> done =
        reorderOverlay(overlay, other, {}, workshop.path("reordered"), progress, {});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::incompatible);
    QVERIFY(!fs::exists(workshop.path("reordered")));
}

void TestReorder::leavesTheFileWhenTheBaseHasChanged() {
    const Workshop workshop;
    const BaseImages base = workshop.base(kBase);
    const Bytes before = workshop.encode(base, draw("ABcDXXGH0A0I", "IjKLMAXP0Y"), describe);
    File changed = must(File::open(workshop.path("base.memory"), File::Mode::readWrite));
    must(changed.writeAt(noise(1, kChunkSize), kChunkSize));  // under the delta j
    FileSource source = must(FileSource::open(workshop.path("overlay")));
    Progress progress;
    const Result<OverlaySummary> done = reorderOverlay(must(OverlayReader::open(source)), base, {},
                                                       workshop.path("overlay"), progress, {});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::corrupt);
    QVERIFY(must(readWholeFile(workshop.path("overlay"), 1 << 30)) == before);
}

void TestReorder::leavesNothingWhenCancelled() {
    const Workshop workshop;
    const BaseImages base = workshop.base({noise(1, 2 << 20), noise(2, 2 << 20)});
    const Bytes before = workshop.encode(base, {noise(3, 2 << 20), noise(4, 2 << 20)});
    const std::size_t files = workshop.filesInFolder();
    int cancelled = 0;
    for (int delayUs = 0;; delayUs = delayUs * 2 + 50) {
        FileSource source = must(FileSource::open(workshop.path("overlay")));
        Progress progress;
        std::stop_source stop;
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::microseconds(delayUs));
            stop.request_stop();
        });
        const Result<OverlaySummary> done =
            reorderOverlay(must(OverlayReader::open(source)), base, {}, workshop.path("overlay"),
                           progress, stop.get_token());
        canceller.join();
        QCOMPARE(workshop.filesInFolder(), files);
        if (done) break;
        QCOMPARE(done.error().code, ErrorCode::cancelled);
        QVERIFY(must(readWholeFile(workshop.path("overlay"), 1 << 30)) == before);
        ++cancelled;
    }
    QVERIFY(cancelled > 3);
}

QTEST_GUILESS_MAIN(TestReorder)
#include "tst_reorder.moc"
