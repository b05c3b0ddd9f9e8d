#include <zstd.h>

#include <QObject>

#include "engine/overlay/codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestCodec : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void prefixHelps();
    void sameBytesWhateverCameBefore();
    void refusesOtherLengths();
    void refusesForeignFrames();
    void survivesAnyChange();
};

static Bytes foreignFrame(ByteView plain, ZSTD_cParameter parameter, int value) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, parameter, value);
    Bytes frame(ZSTD_compressBound(plain.size()));
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), plain.data(), plain.size()));
    ZSTD_freeCCtx(context);
    return frame;
}

void TestCodec::roundTrips() {
    for (const std::size_t size : {0, 1, 255, 256, 65791, 65792, 1 << 20}) {
        for (const Bytes& plain : {Bytes(size), noise(size, size)}) {
            for (const Bytes& prefix : {Bytes(), noise(size, size / 2), noise(9, 3 << 20)}) {
                const Bytes frame = compressFrame(plain, prefix, kBalancedLevel);
                QVERIFY(must(decompressFrame(frame, prefix, size)) == plain);
            }
        }
    }
}

void TestCodec::prefixHelps() {
    const Bytes plain = noise(1, 1 << 20);
    const Bytes prefix = plain;
    for (const int level : {3, 9, 19}) {
        QVERIFY(compressFrame(plain, {}, level).size() > plain.size());
        const std::size_t size = compressFrame(plain, prefix, level).size();
        QVERIFY2(size < plain.size() / 20, qPrintable(QString::number(size)));
    }
}

void TestCodec::sameBytesWhateverCameBefore() {
    const Bytes plain = letters("ABCabcXYZ000AAAA");
    const Bytes prefix = letters("CBA");
    const Bytes first = compressFrame(plain, prefix, 9);
    for (std::uint64_t i = 0; i < 50; ++i) {
        compressFrame(noise(i, 1000 * i), noise(i, 2000 * i), 1 + static_cast<int>(i % 19));
        QVERIFY(compressFrame(plain, prefix, 9) == first);
    }
}

void TestCodec::refusesOtherLengths() {
    const Bytes plain = letters("Aa");
    const Bytes frame = compressFrame(plain, {}, 9);
    Bytes longer = frame;
    longer.push_back(std::byte{0});
    Bytes twice = frame;
    twice.insert(twice.end(), frame.begin(), frame.end());
    QVERIFY(decompressFrame(frame, {}, plain.size()));
    QVERIFY(!decompressFrame(frame, {}, plain.size() - 1));
    QVERIFY(!decompressFrame(frame, {}, plain.size() + 1));
    QVERIFY(!decompressFrame(longer, {}, plain.size()));
    QVERIFY(!decompressFrame(twice, {}, plain.size()));
    QVERIFY(!decompressFrame(twice, {}, 2 * plain.size()));
    for (std::size_t size = 0; size < frame.size(); ++size) {
        QVERIFY(!decompressFrame(ByteView(frame).first(size), {}, plain.size()));
    }
}

void TestCodec::refusesForeignFrames() {
    const Bytes plain = letters("AaAaAaAa");
    QVERIFY(decompressFrame(foreignFrame(plain, ZSTD_c_compressionLevel, 5), {}, plain.size()));
    QVERIFY(!decompressFrame(foreignFrame(plain, ZSTD_c_checksumFlag, 1), {}, plain.size()));
    QVERIFY(!decompressFrame(foreignFrame(plain, ZSTD_c_contentSizeFlag, 0), {}, plain.size()));
    // A window smaller than the content has a window field, which could ask for 2 GiB.
    QVERIFY(!decompressFrame(foreignFrame(plain, ZSTD_c_windowLog, 10), {}, plain.size()));
    // A skippable frame before the real one.
    ByteWriter writer;
    writer.u32(0x184d2a50);
    writer.u32(4);
    writer.u32(0);
    writer.append(foreignFrame(plain, ZSTD_c_compressionLevel, 5));
    QVERIFY(!decompressFrame(writer.bytes(), {}, plain.size()));
}

void TestCodec::survivesAnyChange() {
    const Bytes plain = letters("AaBbAaBb");
    const Bytes prefix = letters("B");
    const Bytes frame = compressFrame(plain, prefix, 9);
    std::mt19937_64 random(1);
    for (int i = 0; i < 5000; ++i) {
        Bytes changed = frame;
        for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
            changed[random() % changed.size()] ^= static_cast<std::byte>(1 + random() % 255);
        }
        const Result<Bytes> result = decompressFrame(changed, prefix, plain.size());
        QVERIFY(!result || result->size() == plain.size());
    }
}

QTEST_GUILESS_MAIN(TestCodec)
#include "tst_codec.moc"
