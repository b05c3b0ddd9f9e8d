// With xdelta3 in the build: round trips and hostile streams. Without: the sentence that says so.
#include <QObject>

#include "engine/overlay/lzma_codec.h"
#include "engine/overlay/xdelta_codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestXdeltaCodec : public QObject {
    Q_OBJECT

private slots:
    void saysWhenItIsMissing();
    void roundTrips();
    void prefixHelps();
    void refusesOtherLengths();
    void refusesAHugeDelta();
    void survivesAnyChange();
};

// One chunk as the codec stores it, or the error of a build without it.
static Result<Bytes> sample() {
    return compressXdelta(letters("AaBb"), letters("AB"));
}

void TestXdeltaCodec::saysWhenItIsMissing() {
    QCOMPARE(bool(sample()), hasXdelta());
    if (hasXdelta()) return;
    QCOMPARE(sample().error().code, ErrorCode::unsupported);
    QCOMPARE(decompressXdelta(letters("A"), {}, 10).error().code, ErrorCode::unsupported);
    QVERIFY(missingXdelta().message.find("installer/xdelta3.sh") != std::string::npos);
}

void TestXdeltaCodec::roundTrips() {
    for (const std::size_t size : {1, 255, 4096, 65537, 1 << 20}) {
        for (const Bytes& plain : {Bytes(size), noise(size, size)}) {
            for (const Bytes& prefix : {Bytes(), noise(size, size / 2 + 1), noise(9, 3 << 20)}) {
                const Result<Bytes> stream = compressXdelta(plain, prefix);
                QCOMPARE(bool(stream), hasXdelta());
                if (stream) QVERIFY(must(decompressXdelta(*stream, prefix, size)) == plain);
            }
        }
    }
}

void TestXdeltaCodec::prefixHelps() {
    const Bytes plain = noise(1, 1 << 20);
    const Result<Bytes> stream = compressXdelta(plain, plain);
    QCOMPARE(bool(stream), hasXdelta());
    if (stream) QVERIFY(stream->size() < plain.size() / 20);
}

void TestXdeltaCodec::refusesOtherLengths() {
    const Result<Bytes> stream = sample();
    QCOMPARE(bool(stream), hasXdelta());
    if (!stream) return;
    const Bytes prefix = letters("AB");
    const std::size_t plain = 4 * kChunkSize;
    QVERIFY(decompressXdelta(*stream, prefix, plain));
    QVERIFY(!decompressXdelta(*stream, prefix, plain - 1));
    QVERIFY(!decompressXdelta(*stream, prefix, plain + 1));
    QVERIFY(!decompressXdelta(*stream, {}, plain));
    for (std::size_t size = 0; size < stream->size(); ++size) {
        QVERIFY(!decompressXdelta(ByteView(*stream).first(size), prefix, plain));
    }
}

// Claims are refused before memory is taken for them.
void TestXdeltaCodec::refusesAHugeDelta() {
    for (const std::uint64_t claim : {std::uint64_t{0}, std::uint64_t{1} << 40, UINT64_MAX}) {
        ByteWriter stream;
        stream.varint(claim);
        stream.append(compressLzma(letters("A"), {}));
        QVERIFY(!decompressXdelta(stream.bytes(), {}, kChunkSize));
    }
}

// Changes below the LZMA2, where VCDIFF's own parser sees them.
void TestXdeltaCodec::survivesAnyChange() {
    const Result<Bytes> stream = sample();
    QCOMPARE(bool(stream), hasXdelta());
    if (!stream) return;
    ByteReader reader(*stream);
    const std::uint64_t size = reader.varint();
    const Bytes delta =
        must(decompressLzma(ByteView(*stream).subspan(reader.position()), {}, size));
    std::mt19937_64 random(1);
    for (int i = 0; i < 3000; ++i) {
        Bytes changed = delta;
        for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
            changed[random() % changed.size()] ^= static_cast<std::byte>(1 + random() % 255);
        }
        ByteWriter wrapped;
        wrapped.varint(size);
        wrapped.append(compressLzma(changed, {}));
        const Result<Bytes> result =
            decompressXdelta(wrapped.bytes(), letters("AB"), 4 * kChunkSize);
        QVERIFY(!result || result->size() == 4 * kChunkSize);
    }
}

QTEST_GUILESS_MAIN(TestXdeltaCodec)
#include "tst_xdelta_codec.moc"
