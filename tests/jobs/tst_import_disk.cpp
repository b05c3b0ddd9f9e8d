#include <QtTest>

#include "engine/base/process.h"
#include "engine/jobs/import_disk.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestImportDisk : public QObject {
    Q_OBJECT

private slots:
    void init() { m_scratch = std::make_unique<Scratch>(); }
    void cleanup() { m_scratch.reset(); }
    void copiesARawDiskWithItsHoles();
    void roundsTheSizeUp();
    void convertsQcow2();
    void refusesBackingFiles();
    void refusesDamagedQcow2();
    void refusesForeignFormats_data();
    void refusesForeignFormats();
    void refusesWhatIsNoDisk_data();
    void refusesWhatIsNoDisk();
    void stops();
    void punchesZeros();

private:
    fs::path source() const { return *m_scratch / "source"; }
    fs::path target() const { return *m_scratch / "target"; }
    Result<void> import(std::stop_token stop = {}) const;
    bool qemuImg(std::vector<std::string> arguments) const;

    std::unique_ptr<Scratch> m_scratch;
};

Result<void> TestImportDisk::import(std::stop_token stop) const {
    Progress progress;
    return importDisk(source(), target(), progress, stop);
}

bool TestImportDisk::qemuImg(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "qemu-img");
    ProcessSpec spec;
    spec.arguments = std::move(arguments);
    const auto done = runProcess(spec, {});
    return done && done->exitCode == 0;
}

void TestImportDisk::copiesARawDiskWithItsHoles() {
    File disk = imageFile(source(), "AB");
    VERIFY_OK(disk.resize(64 << 20));
    VERIFY_OK(disk.writeAt(letterChunk('C'), 32 << 20));
    VERIFY_OK(import());
    VALUE(copy, File::open(target(), File::Mode::read));
    QCOMPARE(copy.size().value(), std::uint64_t{64 << 20});
    QVERIFY(copy.allocatedBytes().value() < 1 << 20);
    VALUE(theirs, readWholeFile(source(), 64 << 20));
    VALUE(ours, readWholeFile(target(), 64 << 20));
    QVERIFY(theirs == ours);
    // Never over something that is there.
    VERIFY_ERROR(import(), ErrorCode::exists);
}

void TestImportDisk::roundsTheSizeUp() {
    File disk = imageFile(source(), "A");
    VERIFY_OK(disk.resize(kChunkSize + 512));
    VERIFY_OK(import());
    QCOMPARE(File::open(target(), File::Mode::read)->size().value(), std::uint64_t{8192});
    QCOMPARE(disk.size().value(), std::uint64_t{4608});
}

void TestImportDisk::convertsQcow2() {
    imageFile(*m_scratch / "raw", "AB..0C");
    QVERIFY(qemuImg({"convert", "-f", "raw", "-O", "qcow2", *m_scratch / "raw", source()}));
    VERIFY_OK(import());
    VALUE(wanted, readWholeFile(*m_scratch / "raw", 1 << 20));
    VALUE(ours, readWholeFile(target(), 1 << 20));
    QVERIFY(wanted == ours);
}

void TestImportDisk::refusesBackingFiles() {
    imageFile(*m_scratch / "raw", "AB");
    QVERIFY(
        qemuImg({"create", "-q", "-f", "qcow2", "-F", "raw", "-b", *m_scratch / "raw", source()}));
    const auto refused = import();
    VERIFY_ERROR(refused, ErrorCode::invalid);
    QVERIFY(refused.error().message.find("qemu-img convert") != std::string::npos);
    QVERIFY(!fs::exists(target()));
    // Nor one whose data lie elsewhere.
    fs::remove(source());
    QVERIFY(qemuImg({"create", "-q", "-f", "qcow2", "-o",
                     "data_file=" + (*m_scratch / "data").string(), source(), "1M"}));
    VERIFY_ERROR(import(), ErrorCode::invalid);
}

void TestImportDisk::refusesDamagedQcow2() {
    const std::string header("QFI\xfb\0\0\0\3", 8);
    VERIFY_OK(writeWholeFile(source(), asBytes(header + std::string(5000, '\xee'))));
    VERIFY_ERROR(import(), ErrorCode::invalid);
    QVERIFY(!fs::exists(target()));
}

void TestImportDisk::refusesForeignFormats_data() {
    QTest::addColumn<QByteArray>("magic");
    QTest::addColumn<QString>("remedy");
    QTest::newRow("VMware") << QByteArray("KDMV") << "qemu-img convert";
    QTest::newRow("VHD") << QByteArray("conectix") << "qemu-img convert";
    QTest::newRow("VHDX") << QByteArray("vhdxfile") << "qemu-img convert";
    QTest::newRow("VirtualBox") << QByteArray("<<< Oracle VM") << "qemu-img convert";
    QTest::newRow("gzip") << QByteArray("\x1f\x8b\x08") << "gunzip";
    QTest::newRow("xz") << QByteArray(
                               "\xfd"
                               "7zXZ\0",
                               6)
                        << "unxz";
    QTest::newRow("zstd") << QByteArray("\x28\xb5\x2f\xfd") << "unzstd";
    QTest::newRow("zip") << QByteArray("PK\x03\x04") << "unpack";
}

void TestImportDisk::refusesForeignFormats() {
    QFETCH(QByteArray, magic);
    QFETCH(QString, remedy);
    magic.resize(4096, ' ');
    VERIFY_OK(writeWholeFile(source(), asBytes(magic.toStdString())));
    const auto refused = import();
    VERIFY_ERROR(refused, ErrorCode::invalid);
    QVERIFY(refused.error().message.find(remedy.toStdString()) != std::string::npos);
    QVERIFY(!fs::exists(target()));
}

void TestImportDisk::refusesWhatIsNoDisk_data() {
    QTest::addColumn<int>("size");
    QTest::newRow("empty") << 0;
    QTest::newRow("less than a magic") << 3;
    QTest::newRow("no whole sectors") << 5000;
}

void TestImportDisk::refusesWhatIsNoDisk() {
    QFETCH(int, size);
    const std::string text(static_cast<std::size_t>(size), 'x');
    VERIFY_OK(writeWholeFile(source(), asBytes(text)));
    VERIFY_ERROR(import(), ErrorCode::invalid);
    QVERIFY(!fs::exists(target()));
    fs::remove(source());
    VERIFY_ERROR(import(), ErrorCode::notFound);
}

void TestImportDisk::stops() {
    imageFile(source(), "ABC");
    std::stop_source source;
    source.request_stop();
    VERIFY_ERROR(import(source.get_token()), ErrorCode::cancelled);
}

void TestImportDisk::punchesZeros() {
    File image = imageFile(*m_scratch / "image", "0A000B" + std::string(2000, '0') + "C");
    const std::uint64_t size = image.size().value();
    Progress progress;
    VERIFY_OK(punchZeroChunks(image, progress, {}));
    QCOMPARE(image.size().value(), size);
    QVERIFY(image.allocatedBytes().value() <= 8 * kChunkSize);
    VALUE(ours, readWholeFile(*m_scratch / "image", size));
    QVERIFY(ours == letterImage("0A000B" + std::string(2000, '0') + "C"));
}

QTEST_GUILESS_MAIN(TestImportDisk)
#include "tst_import_disk.moc"
