#include <QObject>

#include "engine/overlay/lzma_codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestLzmaCodec : public QObject {
    Q_OBJECT

private slots:
    void roundTrips();
    void prefixHelps();
    void refusesOtherLengths();
    void refusesAnotherPrefix();
    void survivesAnyChange();
    void refusesAContentThatGoesOn();
};

void TestLzmaCodec::roundTrips() {
    for (const std::size_t size : {1, 255, 4096, 65537, 300'000}) {
        for (const Bytes& plain : {Bytes(size), noise(size, size)}) {
            for (const Bytes& prefix : {Bytes(), noise(size, size / 2), noise(9, 1 << 20)}) {
                const Bytes stream = compressLzma(plain, prefix);
                QVERIFY(must(decompressLzma(stream, prefix, size)) == plain);
                QVERIFY(compressLzma(plain, prefix) == stream);
            }
        }
    }
}

void TestLzmaCodec::prefixHelps() {
    const Bytes plain = noise(1, 1 << 20);
    QVERIFY(compressLzma(plain, {}).size() > plain.size());
    // The farthest match that there is: from the end of the content to the start of the prefix.
    Bytes prefix = noise(2, 1 << 20);
    std::copy(plain.end() - 4096, plain.end(), prefix.begin());
    const Bytes stream = compressLzma(plain, prefix);
    QVERIFY(stream.size() < plain.size() - 2000);
    QVERIFY(must(decompressLzma(stream, prefix, plain.size())) == plain);
    QVERIFY(compressLzma(plain, plain).size() < plain.size() / 20);
}

void TestLzmaCodec::refusesOtherLengths() {
    const Bytes plain = letters("Aa");
    const Bytes stream = compressLzma(plain, {});
    Bytes longer = stream;
    longer.push_back(std::byte{0});
    QVERIFY(decompressLzma(stream, {}, plain.size()));
    QVERIFY(!decompressLzma(longer, {}, plain.size()));
    QVERIFY(!decompressLzma(stream, {}, plain.size() - 1));
    QVERIFY(!decompressLzma(stream, {}, plain.size() + 1));
    for (std::size_t size = 0; size < stream.size(); ++size) {
        QVERIFY(!decompressLzma(ByteView(stream).first(size), {}, plain.size()));
    }
}

// Another dictionary gives other bytes or an error, never what was compressed.
void TestLzmaCodec::refusesAnotherPrefix() {
    const Bytes plain = letters("AaBb");
    const Bytes prefix = letters("AB");
    const Bytes stream = compressLzma(plain, prefix);
    for (const Bytes& other : {Bytes(), letters("A"), letters("BA"), letters("ABA")}) {
        const Result<Bytes> result = decompressLzma(stream, other, plain.size());
        QVERIFY(!result || *result != plain);
    }
}

void TestLzmaCodec::survivesAnyChange() {
    const Bytes plain = letters("AaBbAaBb");
    const Bytes prefix = letters("B");
    const Bytes stream = compressLzma(plain, prefix);
    std::mt19937_64 random(1);
    for (int i = 0; i < 3000; ++i) {
        Bytes changed = stream;
        for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
            changed[random() % changed.size()] ^= static_cast<std::byte>(1 + random() % 255);
        }
        const Result<Bytes> result = decompressLzma(changed, prefix, plain.size());
        QVERIFY(!result || result->size() == plain.size());
    }
}

// A stream of megabytes of zeros behind a claim of one chunk: it ends where the claim does.
void TestLzmaCodec::refusesAContentThatGoesOn() {
    const Bytes zeros(16 << 20);
    Bytes stream = compressLzma(zeros, {});
    QVERIFY(stream.size() < 5'000);
    QVERIFY(!decompressLzma(stream, {}, kChunkSize));
    // Its end marker replaced by more of the same.
    stream.pop_back();
    const Bytes once = stream;
    for (int i = 0; i < 15; ++i) stream.insert(stream.end(), once.begin(), once.end());
    QVERIFY(!decompressLzma(stream, {}, 1 << 20));
}

QTEST_GUILESS_MAIN(TestLzmaCodec)
#include "tst_lzma_codec.moc"
