#include "engine/base/mapped_file.h"

#include <fcntl.h>

#include <QTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TstMappedFile : public QObject {
    Q_OBJECT

private slots:
    void showsTheContent() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("content")));
        VALUE(file, File::open(scratch / "f", File::Mode::read));
        VALUE(mapped, MappedFile::map(file));
        QCOMPARE(asText(mapped.bytes()), "content");
    }

    void outlivesTheFile() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("content")));
        const auto map = [&]() -> Result<MappedFile> {
            return MappedFile::map(TRY(File::open(scratch / "f", File::Mode::read)));
        };
        VALUE(mapped, map());
        fs::remove(scratch / "f");
        const MappedFile moved = std::move(mapped);
        QCOMPARE(asText(moved.bytes()), "content");
    }

    void emptyFile() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", {}));
        VALUE(file, File::open(scratch / "f", File::Mode::read));
        VALUE(mapped, MappedFile::map(file));
        QVERIFY(mapped.bytes().empty());
        mapped.release({0, 100});
    }

    void releasedPagesComeBack() {
        const Scratch scratch;
        const File file = imageFile(scratch / "f", "ABCD");
        VALUE(mapped, MappedFile::map(file));
        const Extent ranges[] = {{0, 4 * kChunkSize}, {100, 5000}, {3 * kChunkSize, 1 << 30},
                                 {1 << 30, 1},        {0, 0},      {kChunkSize, UINT64_MAX}};
        for (const Extent range : ranges) {
            mapped.release(range);
            const Bytes expected = letterImage("ABCD");
            QVERIFY(std::ranges::equal(mapped.bytes(), expected));
        }
    }

    void aLeaseKeepsWritersWaiting() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("content")));
        const auto mayWrite = [&] {
            const Fd fd(::open((scratch / "f").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
            return static_cast<bool>(fd);
        };
        VALUE(file, File::open(scratch / "f", File::Mode::read));
        {
            VALUE(mapped, MappedFile::mapLeased(file));
            if (!mapped) return;  // this file system has no leases
            QCOMPARE(asText(mapped->bytes()), "content");
            QVERIFY(!mayWrite());
            QVERIFY(!mayWrite());  // and the signal that we are waited for does no harm
        }
        QVERIFY(mayWrite());
        VALUE(writer, File::open(scratch / "f", File::Mode::readWrite));
        VALUE(mapped, MappedFile::mapLeased(file));
        QVERIFY(!mapped);
    }
};

QTEST_GUILESS_MAIN(TstMappedFile)
#include "tst_mapped_file.moc"
