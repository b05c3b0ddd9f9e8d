// The files in tests/golden are read for ever: a change of format that breaks this breaks every
// overlay that anyone has made. CLOUDLET_WRITE_GOLDEN=1 writes a file that is not there yet.
#include <QObject>

#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestGolden : public QObject {
    Q_OBJECT

private slots:
    void readsFormat2();
};

static const Images kBase = draw("ABCDEFGH00AB", "IJKLMNOP00");
static const char* const kDisk = "ABcDXXGH0A0I";
static const char* const kMemory = "IjKLMAXP0Y";

void TestGolden::readsFormat2() {
    const fs::path path = fs::path(QFINDTESTDATA("../golden/format2.overlay").toStdString());
    const Workshop workshop;
    const BaseImages base = workshop.base(kBase);
    const Bytes state = letters("SsT");
    if (path.empty() && qEnvironmentVariableIsSet("CLOUDLET_WRITE_GOLDEN")) {
        Images target = draw(kDisk, kMemory);
        target.disk.resize(target.disk.size() - 1000);
        const Bytes bytes = workshop.encode(base, target, [&](EncodeInput& input) {
            input.title = "Golden, format 2";
            input.notes = "Read for ever.";
            input.ports = {*PortForward::parse("tcp:8080:80")};
            input.state = state;
        });
        must(writeWholeFile("format2.overlay", bytes));
        QFAIL("written to ./format2.overlay: look at it and move it to tests/golden");
    }
    FileSource source = must(FileSource::open(path));
    const OverlayReader overlay = must(OverlayReader::open(source));
    QCOMPARE(overlay.manifest().title, std::string("Golden, format 2"));
    QCOMPARE(overlay.manifest().notes, std::string("Read for ever."));
    QCOMPARE(overlay.manifest().ports.front().text(), std::string("tcp:8080:80"));
    Images expected = draw(kDisk, kMemory);
    expected.disk.resize(expected.disk.size() - 1000);
    const Images result = must(workshop.replay(overlay, base));
    QVERIFY(result.disk == expected.disk);
    QVERIFY(result.memory == expected.memory);
    QVERIFY(must(overlay.state(base)) == state);
}

QTEST_GUILESS_MAIN(TestGolden)
#include "tst_golden.moc"
