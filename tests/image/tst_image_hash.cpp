#include "engine/image/image_hash.h"

#include <QTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// The definition, word by word, for one core and no holes.
Hash byDefinition(const Bytes& image) {
    Sha256 top;
    top.update("cloudlet image 1");
    ByteWriter size;
    size.u64(image.size());
    top.update(size.bytes());
    for (std::size_t at = 0; at < image.size(); at += kImageHashBlock) {
        const std::size_t length = std::min<std::size_t>(kImageHashBlock, image.size() - at);
        top.update(sha256(ByteView(image).subspan(at, length)).bytes);
    }
    return top.finish();
}

Result<Hash> hashOf(const File& file) {
    Progress progress;
    const Hash hash = TRY(hashImage(file, progress, {}));
    if (progress.snapshot().done != TRY(file.size())) {
        return Error{ErrorCode::failed, "progress ends at another number"};
    }
    return hash;
}

File fileOf(const Scratch& scratch, const char* name, const Bytes& bytes) {
    writeWholeFile(scratch / name, bytes).value();
    return File::open(scratch / name, File::Mode::readWrite).value();
}

}  // namespace

class TstImageHash : public QObject {
    Q_OBJECT

private slots:
    // Computed with Python's hashlib from the definition in the header.
    void knownAnswers() {
        const Scratch scratch;
        VALUE(empty, hashOf(fileOf(scratch, "empty", {})));
        QCOMPARE(empty.hex(), "830ea2e929e5979431e7a29db68f3567490ffbe0c43328b4b1cddc90b177ece2");
        VALUE(chunk, hashOf(fileOf(scratch, "chunk", letterImage("A"))));
        QCOMPARE(chunk.hex(), "69d13b06f91cb2360809849e3054ae90169896eb16f2ce31751256a9a10e5cd6");
        VALUE(big, hashOf(fileOf(scratch, "big", Bytes((3 << 20) + 4096, std::byte{7}))));
        QCOMPARE(big.hex(), "a0dfc23b9c759e9e0ff7df5beb3eb44d79ba70e58b470bef2d41ec8752c9a82d");
    }

    void followsTheDefinition_data() {
        QTest::addColumn<quint64>("size");
        for (const quint64 size :
             {0u, 1u, 4096u, 1048575u, 1048576u, 1048577u, 16777216u, 16777217u, 40000000u}) {
            QTest::addRow("%llu bytes", size) << size;
        }
    }
    void followsTheDefinition() {
        QFETCH(quint64, size);
        const Scratch scratch;
        Bytes image(size);
        std::uint32_t state = 1;
        for (std::byte& b : image) b = static_cast<std::byte>((state = state * 69069 + 1) >> 24);
        VALUE(hash, hashOf(fileOf(scratch, "f", image)));
        QCOMPARE(hash.hex(), byDefinition(image).hex());
    }

    void holesAreZeros() {
        const Scratch scratch;
        // Data at the beginning, across a block's edge, and at the end of 20 MiB and a bit.
        constexpr std::size_t kSize = (20 << 20) + 8192;
        Bytes image(kSize);
        File sparse = imageFile(scratch / "sparse", "");
        VERIFY_OK(sparse.resize(kSize));
        for (const std::size_t at : {std::size_t(0), (std::size_t(5) << 20) - 4096, kSize - 8192}) {
            const Bytes data = letterImage("XY");
            std::copy(data.begin(), data.end(), image.begin() + std::ptrdiff_t(at));
            VERIFY_OK(sparse.writeAt(data, at));
        }
        VALUE(withHoles, hashOf(sparse));
        VALUE(written, hashOf(fileOf(scratch, "written", image)));
        QCOMPARE(withHoles.hex(), written.hex());
        QCOMPARE(withHoles.hex(), byDefinition(image).hex());
    }

    void oneBitOrOneByteMoreIsAnotherHash() {
        const Scratch scratch;
        Bytes image = letterImage("AB");
        VALUE(before, hashOf(fileOf(scratch, "a", image)));
        image[5000] ^= std::byte{1};
        VALUE(flipped, hashOf(fileOf(scratch, "b", image)));
        QVERIFY(flipped != before);
        image[5000] ^= std::byte{1};
        image.push_back(std::byte{0});
        VALUE(longer, hashOf(fileOf(scratch, "c", image)));
        QVERIFY(longer != before);
        VALUE(zeros, hashOf(fileOf(scratch, "d", Bytes(1 << 20))));
        VALUE(moreZeros, hashOf(fileOf(scratch, "e", Bytes(2 << 20))));
        QVERIFY(zeros != moreZeros);
    }

    void holesCostNothing() {
        const Scratch scratch;
        File huge = imageFile(scratch / "huge", "");
        VERIFY_OK(huge.resize(std::uint64_t{64} << 30));
        QElapsedTimer timer;
        timer.start();
        VERIFY_OK(hashOf(huge));
        QVERIFY(timer.elapsed() < 20'000);  // to read it all would take minutes
    }

    void isCancelled() {
        const Scratch scratch;
        std::stop_source stop;
        stop.request_stop();
        Progress progress;
        const File file = imageFile(scratch / "f", "A");
        VERIFY_ERROR(hashImage(file, progress, stop.get_token()), ErrorCode::cancelled);
    }
};

QTEST_GUILESS_MAIN(TstImageHash)
#include "tst_image_hash.moc"
