#include "engine/image/chunk_index.h"

#include <QTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

constexpr std::size_t kHeaderSize = 40;

struct Built {
    Scratch scratch;
    fs::path path = scratch / "chunks.idx";
    std::uint64_t diskSize = 0;
    std::uint64_t memorySize = 0;

    Result<void> build(std::string_view disk, std::string_view memory) {
        const File diskFile = imageFile(scratch / "disk", disk);
        const File memoryFile = imageFile(scratch / "memory", memory);
        diskSize = disk.size() * kChunkSize;
        memorySize = memory.size() * kChunkSize;
        Progress progress;
        TRY(ChunkIndex::build(diskFile, memoryFile, path, progress, {}));
        if (progress.snapshot().done != diskSize + memorySize) {
            return Error{ErrorCode::failed, "progress ends at another number"};
        }
        return {};
    }
    Result<ChunkIndex> open() const { return ChunkIndex::open(path, diskSize, memorySize); }
};

std::optional<ChunkRef> find(const ChunkIndex& index, char letter) {
    return index.find(fingerprint(letterChunk(letter)));
}

}  // namespace

class TstChunkIndex : public QObject {
    Q_OBJECT

private slots:
    void findsTheFirstOfEqualChunks() {
        Built built;
        VERIFY_OK(built.build("A.AB0", "BC..CA"));
        VALUE(index, built.open());
        QCOMPARE(index.size(), 3u);
        QVERIFY(find(index, 'A') == (ChunkRef{ImageKind::disk, 0}));
        QVERIFY(find(index, 'B') == (ChunkRef{ImageKind::disk, 3}));
        QVERIFY(find(index, 'C') == (ChunkRef{ImageKind::memory, 1}));
        QVERIFY(!find(index, 'D'));
        QVERIFY(!find(index, '0'));
    }

    void emptyImages() {
        Built built;
        VERIFY_OK(built.build("", ""));
        VALUE(index, built.open());
        QCOMPARE(index.size(), 0u);
        QVERIFY(!find(index, 'A'));
    }

    void imagesOfZerosOnly() {
        Built built;
        VERIFY_OK(built.build("0..0", "...."));
        VALUE(index, built.open());
        QCOMPARE(index.size(), 0u);
        QVERIFY(!find(index, '0'));
    }

    // More than one task of 4 MiB, with every chunk different.
    void manyChunks() {
        const Scratch scratch;
        constexpr std::uint64_t kChunks = 3000;
        File disk = imageFile(scratch / "disk", std::string(kChunks, '.'));
        const File memory = imageFile(scratch / "memory", "M");
        Bytes chunk = letterChunk('x');
        for (std::uint64_t i = 0; i < kChunks; i += 2) {
            std::memcpy(chunk.data(), &i, sizeof i);
            VERIFY_OK(disk.writeAt(chunk, i * kChunkSize));
        }
        Progress progress;
        VERIFY_OK(ChunkIndex::build(disk, memory, scratch / "idx", progress, {}));
        VALUE(index, ChunkIndex::open(scratch / "idx", kChunks * kChunkSize, kChunkSize));
        QCOMPARE(index.size(), kChunks / 2 + 1);
        for (std::uint64_t i = 0; i < kChunks; i += 2) {
            std::memcpy(chunk.data(), &i, sizeof i);
            QVERIFY(index.find(fingerprint(chunk)) == (ChunkRef{ImageKind::disk, i}));
        }
        QVERIFY(find(index, 'M') == (ChunkRef{ImageKind::memory, 0}));
    }

    void everyDamagedByteIsNoticed() {
        Built built;
        VERIFY_OK(built.build("ABC", "DE"));
        VALUE(good, readWholeFile(built.path, 1 << 20));
        QCOMPARE(good.size(), kHeaderSize + 5 * 16);
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            Bytes bad = good;
            bad[bit / 8] ^= std::byte(1 << bit % 8);
            VERIFY_OK(writeWholeFile(built.path, bad));
            VERIFY_ERROR(built.open(), ErrorCode::corrupt);
        }
    }

    void everyTruncationIsNoticed() {
        Built built;
        VERIFY_OK(built.build("ABC", "DE"));
        VALUE(good, readWholeFile(built.path, 1 << 20));
        for (std::size_t size = 0; size < good.size(); ++size) {
            VERIFY_OK(writeWholeFile(built.path, ByteView(good).first(size)));
            VERIFY_ERROR(built.open(), ErrorCode::corrupt);
        }
        Bytes longer = good;
        longer.push_back(std::byte{0});
        VERIFY_OK(writeWholeFile(built.path, longer));
        VERIFY_ERROR(built.open(), ErrorCode::corrupt);
    }

    void anIndexOfOtherImagesIsRefused() {
        Built built;
        VERIFY_OK(built.build("ABC", "DE"));
        built.diskSize += kChunkSize;
        VERIFY_ERROR(built.open(), ErrorCode::corrupt);
        built.diskSize -= kChunkSize;
        built.memorySize -= kChunkSize;
        VERIFY_ERROR(built.open(), ErrorCode::corrupt);
        VERIFY_ERROR(ChunkIndex::open(built.scratch / "none", 0, 0), ErrorCode::notFound);
    }

    void hugeCountsAreRefusedBeforeAnythingIsRead() {
        Built built;
        VERIFY_OK(built.build("A", "B"));
        VALUE(bytes, readWholeFile(built.path, 1 << 20));
        for (const std::uint64_t count : {UINT64_MAX, UINT64_MAX / 16 + 1, std::uint64_t{3}}) {
            std::memcpy(bytes.data() + 24, &count, sizeof count);
            VERIFY_OK(writeWholeFile(built.path, bytes));
            VERIFY_ERROR(built.open(), ErrorCode::corrupt);
        }
    }

    void aChunkThatIsCutIsLeftOut() {
        const Scratch scratch;
        File disk = imageFile(scratch / "disk", "AB");
        VERIFY_OK(disk.resize(kChunkSize + 100));
        const File memory = imageFile(scratch / "memory", "C");
        Progress progress;
        VERIFY_OK(ChunkIndex::build(disk, memory, scratch / "idx", progress, {}));
        VALUE(index, ChunkIndex::open(scratch / "idx", kChunkSize + 100, kChunkSize));
        QCOMPARE(index.size(), std::uint64_t{2});
        QVERIFY(index.find(fingerprint(letterChunk('A'))) == (ChunkRef{ImageKind::disk, 0}));
        QVERIFY(index.find(fingerprint(letterChunk('C'))) == (ChunkRef{ImageKind::memory, 0}));
    }

    void buildIsCancelled() {
        const Scratch scratch;
        const File image = imageFile(scratch / "image", "AB");
        std::stop_source stop;
        stop.request_stop();
        Progress progress;
        VERIFY_ERROR(ChunkIndex::build(image, image, scratch / "idx", progress, stop.get_token()),
                     ErrorCode::cancelled);
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
    }
};

QTEST_GUILESS_MAIN(TstChunkIndex)
#include "tst_chunk_index.moc"
