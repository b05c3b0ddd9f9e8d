#include <sys/stat.h>

#include <QTest>

#include "engine/jobs/base_package.h"
#include "engine/jobs/recognise_file.h"
#include "engine/overlay/header.h"
#include "tests/overlay/letter_images.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

using Kind = RecognisedFile::Kind;

class TestRecogniseFile : public QObject {
    Q_OBJECT
private slots:
    void knowsByContent_data();
    void knowsByContent();
    void waitsForNoPipe();
};

void TestRecogniseFile::knowsByContent_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* name, const QByteArray& content, Kind kind) {
        QTest::newRow(name) << content << static_cast<int>(kind);
    };
    const auto at = [](qsizetype place, const QByteArray& text, qsizetype size = 70'000) {
        QByteArray bytes(size, '\0');
        return bytes.replace(place, text.size(), text);
    };
    row("overlay", QByteArray(kOverlayMagic.data(), kOverlayMagic.size()), Kind::overlay);
    row("base", QByteArray(package::kMagic.data(), package::kMagic.size()) + "x",
        Kind::basePackage);
    row("qcow2", at(0, "QFI\xfb"), Kind::disk);
    row("disc", at(32769, "CD001"), Kind::installer);
    row("disc that a stick starts, too", at(32769, "CD001").replace(510, 2, "\x55\xaa"),
        Kind::installer);
    row("raw disk", at(510, "\x55\xaa"), Kind::disk);
    row("bare ext4", at(1024 + 0x38, "\x53\xef"), Kind::disk);
    row("nothing", "", Kind::unknown);
    row("text", "CLOV is mentioned here", Kind::unknown);
    row("zeros", QByteArray(100'000, '\0'), Kind::unknown);
    row("cut", at(510, "\x55", 511), Kind::unknown);
}

void TestRecogniseFile::knowsByContent() {
    QFETCH(QByteArray, content);
    QFETCH(int, kind);
    const Scratch scratch;
    must(writeWholeFile(scratch / "file",
                        asBytes({content.data(), static_cast<std::size_t>(content.size())})));
    VALUE(what, recogniseFile(scratch / "file"));
    QCOMPARE(static_cast<int>(what.kind), kind);
    QVERIFY(!what.text.empty());
}

void TestRecogniseFile::waitsForNoPipe() {
    const Scratch scratch;
    QCOMPARE(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
    QCOMPARE(recogniseFile(scratch / "pipe").error().code, ErrorCode::invalid);
    QCOMPARE(recogniseFile(scratch / "none").error().code, ErrorCode::notFound);
}

QTEST_GUILESS_MAIN(TestRecogniseFile)
#include "tst_recognise_file.moc"
