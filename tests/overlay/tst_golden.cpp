// The files in tests/golden are read for ever: a change of format that breaks this breaks every
// overlay that anyone has made. CLOUDLET_WRITE_GOLDEN=1 writes a file that is not there yet.
#include <QObject>

#include "engine/overlay/xdelta_codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestGolden : public QObject {
    Q_OBJECT

private slots:
    void readsFormat2();
    void readsAStartSet();
    void readsLzma();
    void readsXdelta();

private:
    void check(const QString& name, const EncodeOptions& options);
};

static const Images kBase = draw("ABCDEFGH00AB", "IJKLMNOP00");
static const char* const kDisk = "ABcDXXGH0A0I";
static const char* const kMemory = "IjKLMAXP0Y";

// Reads the golden file and checks what it gives. A file that is not there is written of the same.
void TestGolden::check(const QString& name, const EncodeOptions& options) {
    const fs::path path = fs::path(QFINDTESTDATA("../golden/" + name).toStdString());
    const Workshop workshop;
    const BaseImages base = workshop.base(kBase);
    const Bytes state = letters("SsT");
    Images expected = draw(kDisk, kMemory);
    expected.disk.resize(expected.disk.size() - 1000);
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
    const Images result = must(workshop.replay(overlay, base));
    QVERIFY(result.disk == expected.disk);
    QVERIFY(result.memory == expected.memory);
    QVERIFY(must(overlay.state(base)) == state);
}

void TestGolden::readsFormat2() {
    check("format2.overlay", {});
}

void TestGolden::readsAStartSet() {
    const std::vector<ChunkRef> touched{
        {ImageKind::memory, 9}, {ImageKind::disk, 2}, {ImageKind::memory, 1}};
    check("format2-start.overlay", {.startSet = touched});
}

void TestGolden::readsLzma() {
    check("format2-lzma.overlay", {.profile = Profile::smallest});
}

void TestGolden::readsXdelta() {
    if (hasXdelta()) {
        check("format2-xdelta3.overlay", {.codec = Codec::xdelta3});
        return;
    }
    // What is in it can be told; decoding says what the build lacks.
    const QString path = QFINDTESTDATA("../golden/format2-xdelta3.overlay");
    FileSource source = must(FileSource::open(path.toStdString()));
    const Workshop workshop;
    const OverlayReader overlay = must(OverlayReader::open(source));
    const Result<Images> result = workshop.replay(overlay, workshop.base(kBase));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::unsupported);
}

QTEST_GUILESS_MAIN(TestGolden)
#include "tst_golden.moc"
