// The files in tests/golden are read for ever: a change of format that breaks this breaks every
// overlay that anyone has made. CLOUDLET_WRITE_GOLDEN=1 writes a file that is not there yet.
#include <QObject>

#include "engine/overlay/xdelta_codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

struct Pair {
    Images base;
    Images target;
};

static void append(Bytes& to, const Bytes& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// A heap's records: a pointer, a small number, the record's own number.
static Bytes records(std::uint64_t seed, std::size_t size) {
    std::mt19937_64 random(seed);
    ByteWriter writer;
    for (std::uint32_t i = 0; writer.bytes().size() < size; ++i) {
        writer.u64(0x7f3a'5c00'0000 + 16 * (random() % 65'536));
        writer.u32(static_cast<std::uint32_t>(random() % 50));
        writer.u32(i);
    }
    return writer.take();
}

class TestGolden : public QObject {
    Q_OBJECT

private slots:
    void readsFormat2();
    void readsAStartSet();
    void readsLzma();
    void readsXdelta();

private:
    void check(const QString& name, const Pair& pair, const EncodeOptions& options, Codec codec);
};

// Noise and copies of it, which no codec makes smaller.
static Pair noisyPair() {
    Pair pair{draw("ABCDEFGH00AB", "IJKLMNOP00"), draw("ABcDXXGH0A0I", "IjKLMAXP0Y")};
    pair.target.disk.resize(pair.target.disk.size() - 1000);
    return pair;
}

// Records, which a slow codec makes smaller than a fast one: in memory some that the base has with
// other bytes here and there, and new ones in both images.
static Pair recordsPair() {
    Pair pair = noisyPair();
    Bytes known = records(1, 6 * kChunkSize);
    append(pair.base.memory, known);
    for (std::size_t at = 100; at < known.size(); at += 1000) known[at] ^= std::byte{0x20};
    append(pair.target.memory, known);
    append(pair.target.memory, records(2, 6 * kChunkSize));
    pair.target.disk.resize(chunksCovering(pair.target.disk.size()) * kChunkSize);
    append(pair.target.disk, records(3, 6 * kChunkSize));
    return pair;
}

static bool holds(const OverlayReader& overlay, Codec codec) {
    for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
        if (overlay.segment(i).codec == codec) return true;
    }
    return false;
}

// Reads the golden file and checks what it holds and what it gives. A file that is not there is
// written of the same.
void TestGolden::check(const QString& name, const Pair& pair, const EncodeOptions& options,
                       Codec codec) {
    const fs::path path = fs::path(QFINDTESTDATA("../golden/" + name).toStdString());
    const Workshop workshop;
    const BaseImages base = workshop.base(pair.base);
    const Bytes state = letters("SsT");
    const Images& expected = pair.target;
    if (path.empty() && qEnvironmentVariableIsSet("CLOUDLET_WRITE_GOLDEN")) {
        const auto adjust = [&](EncodeInput& input) {
            input.title = "Golden, format 2";
            input.notes = "Read for ever.";
            input.ports = {*PortForward::parse("tcp:8080:80")};
            input.state = state;
        };
        must(writeWholeFile(name.toStdString(), workshop.encode(base, expected, adjust, options)));
        QFAIL(qPrintable("written to ./" + name + ": look at it and move it to tests/golden"));
    }
    FileSource source = must(FileSource::open(path));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QCOMPARE(overlay.manifest().title, std::string("Golden, format 2"));
    QCOMPARE(overlay.manifest().notes, std::string("Read for ever."));
    QCOMPARE(overlay.manifest().ports.front().text(), std::string("tcp:8080:80"));
    QCOMPARE(overlay.manifest().startSet.has_value(), !options.startSet.empty());
    QVERIFY(holds(overlay, codec));
    const Images result = must(workshop.replay(overlay, base));
    QVERIFY(result.disk == expected.disk);
    QVERIFY(result.memory == expected.memory);
    QVERIFY(must(overlay.state(base)) == state);
}

void TestGolden::readsFormat2() {
    check("format2.overlay", noisyPair(), {}, Codec::copy);
}

void TestGolden::readsAStartSet() {
    const std::vector<ChunkRef> touched{
        {ImageKind::memory, 9}, {ImageKind::disk, 2}, {ImageKind::memory, 1}};
    check("format2-start.overlay", noisyPair(), {.startSet = touched}, Codec::zstd);
}

void TestGolden::readsLzma() {
    check("format2-lzma.overlay", recordsPair(), {.profile = Profile::smallest}, Codec::lzma);
}

void TestGolden::readsXdelta() {
    if (hasXdelta()) {
        check("format2-xdelta3.overlay", recordsPair(), {.codec = Codec::xdelta3}, Codec::xdelta3);
        return;
    }
    // What is in it can be told; decoding says what the build lacks.
    const QString path = QFINDTESTDATA("../golden/format2-xdelta3.overlay");
    FileSource source = must(FileSource::open(path.toStdString()));
    const Workshop workshop;
    const OverlayReader overlay = must(OverlayReader::open(source));
    QVERIFY(holds(overlay, Codec::xdelta3));
    const Result<Images> result = workshop.replay(overlay, workshop.base(recordsPair().base));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::unsupported);
    QSKIP("this build lacks xdelta3: what the file gives is not compared");
}

QTEST_GUILESS_MAIN(TestGolden)
#include "tst_golden.moc"
