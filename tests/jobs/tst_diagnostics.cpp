#include <QTest>

#include "engine/base/process.h"
#include "engine/jobs/diagnostics.h"
#include "tests/catalog/base_fixture.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestDiagnostics : public QObject {
    Q_OBJECT
private slots:
    void tellsWhatHelpsAndNothingElse();
    void saysWhyItCannotBeWritten();
};

void TestDiagnostics::tellsWhatHelpsAndNothingElse() {
    const Scratch scratch;
    qputenv("HOME", "/people/somebody");
    VALUE(catalog, Catalog::open(scratch / "catalog"));
    VALUE(base, addBase(catalog, "secret name", "AAB"));
    EXPECT_OK(catalog.recordOverlay(
        {scratch / "o", sha256(asBytes("o")), base.id, 1, "secret title", 1, true}));
    const fs::path file = scratch / "report.tar.gz";
    const std::vector<HostFinding> findings{
        {HostFinding::State::problem, "FUSE", "no /people/somebody/fuse", "load it"}};
    EXPECT_OK(writeDiagnostics(file, findings, &catalog, "opened /people/somebody/x", {}));
    VALUE(unpacked, runProcess({{"tar", "-xzOf", file.string()}, {}, {}}, {}));
    QCOMPARE(unpacked.exitCode, 0);
    const QByteArray text = QByteArray::fromStdString(unpacked.output);
    QVERIFY(text.contains("PROBLEM\tFUSE: no ~/fuse"));
    QVERIFY(text.contains("mend: load it"));
    QVERIFY(text.contains("Cloudlet Studio " CLOUDLET_VERSION));
    QVERIFY(text.contains(base.id.shortHex().c_str()));
    QVERIFY(text.contains("overlays: 1"));
    QVERIFY(text.contains("opened ~/x"));
    QVERIFY(text.contains("MemTotal"));
    QVERIFY(!text.contains("secret") && !text.contains("somebody"));
}

void TestDiagnostics::saysWhyItCannotBeWritten() {
    const Scratch scratch;
    const auto done = writeDiagnostics(scratch / "no/such/folder/x.tar.gz", {}, nullptr, "", {});
    QCOMPARE(done.error().code, ErrorCode::notFound);
}

QTEST_GUILESS_MAIN(TestDiagnostics)
#include "tst_diagnostics.moc"
