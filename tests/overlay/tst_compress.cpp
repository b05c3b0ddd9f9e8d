#include <sys/resource.h>

#include <QObject>
#include <thread>

#include "engine/overlay/compress.h"
#include "engine/overlay/xdelta_codec.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestCompress : public QObject {
    Q_OBJECT

private slots:
    void roundTrips_data();
    void roundTrips();
    void storesWhatDoesNotShrink();
    void keepsTheShorter();
    void staysWithinItsShare();
};

static std::vector<Codec> codecs() {
    std::vector<Codec> all{Codec::zstd, Codec::lzma};
    if (hasXdelta()) all.push_back(Codec::xdelta3);
    return all;
}

static std::vector<Compression> settings() {
    std::vector<Compression> all;
    for (const Profile profile : {Profile::fastest, Profile::balanced, Profile::smallest}) {
        all.push_back(Compression::of(profile));
        for (const Codec codec : codecs()) all.push_back(Compression::of(profile, codec));
    }
    return all;
}

void TestCompress::roundTrips_data() {
    QTest::addColumn<QByteArray>("drawing");
    QTest::addColumn<QByteArray>("prefix");
    QTest::newRow("one chunk") << QByteArray("A") << QByteArray("a");
    QTest::newRow("zeros") << QByteArray("0000") << QByteArray();
    QTest::newRow("all alike") << QByteArray(200, 'A') << QByteArray();
    QTest::newRow("deltas") << QByteArray("abcdefgh") << QByteArray("ABCDEFGH");
    QTest::newRow("a prefix that does not help") << QByteArray("AAB0") << QByteArray("XYZ");
    QTest::newRow("full") << QByteArray("abcdefghijklmnop").repeated(16) << QByteArray("AB");
}

void TestCompress::roundTrips() {
    QFETCH(QByteArray, drawing);
    QFETCH(QByteArray, prefix);
    const Bytes plain = letters(drawing.toStdString());
    const Bytes before = letters(prefix.toStdString());
    for (const Compression& how : settings()) {
        const Compressed packed = must(compressContent(plain, before, how));
        if (packed.codec == Codec::stored) {
            QVERIFY(packed.bytes == plain);
            continue;
        }
        QVERIFY(packed.bytes.size() < plain.size());
        QVERIFY(must(decompressContent(packed.codec, packed.bytes, before, plain.size())) == plain);
    }
}

void TestCompress::storesWhatDoesNotShrink() {
    const Bytes plain = noise(1, 1 << 20);
    for (const Compression& how : settings()) {
        const Compressed packed = must(compressContent(plain, noise(2, 1 << 20), how));
        QCOMPARE(packed.codec, Codec::stored);
        QVERIFY(packed.bytes == plain);
    }
}

// A slow codec that does worse than the fast probe loses to it.
void TestCompress::keepsTheShorter() {
    for (const char* drawing : {"A", "AaAaAa", "0000A", "ABCDEFa"}) {
        const Bytes plain = letters(drawing);
        const std::size_t fast =
            must(compressContent(plain, {}, Compression::of(Profile::fastest))).bytes.size();
        for (const Codec codec : codecs()) {
            Compression how = Compression::of(Profile::fastest, codec);
            QVERIFY(must(compressContent(plain, {}, how)).bytes.size() <= fast);
        }
    }
}

// As many at once as mostAtOnce() says take no more than is there for all: one of them, a full
// segment with a full prefix, takes no more than its share. The frugal ones first, as a peak stays.
void TestCompress::staysWithinItsShare() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer takes memory of its own");
#endif
    std::vector<Compression> all{Compression::of(Profile::fastest),
                                 Compression::of(Profile::balanced),
                                 Compression::of(Profile::smallest)};
    if (hasXdelta()) all.push_back(Compression::of(Profile::balanced, Codec::xdelta3));
    all.push_back(Compression::of(Profile::smallest, Codec::zstd));
    const auto peak = [] {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return std::size_t(usage.ru_maxrss) << 10;
    };
    Bytes plain;
    for (int i = 0; i < 64; ++i) {
        const Bytes some = letters("aBc0Xyz" + std::string(9, static_cast<char>('A' + i % 26)));
        plain.insert(plain.end(), some.begin(), some.end());
    }
    plain.resize(kMostSegmentBytes);
    const Bytes prefix(plain.rbegin(), plain.rend());
    const std::size_t before = peak();
    for (const Compression& how : all) {
        std::thread([&] { must(compressContent(plain, prefix, how)); }).join();
        const std::size_t grown = peak() - before;
        QVERIFY(how.mostAtOnce() >= 3);
        QVERIFY2(how.mostAtOnce() * grown <= kMostPackingBytes,
                 qPrintable(QString("%1 MiB, %2 at once").arg(grown >> 20).arg(how.mostAtOnce())));
    }
}

QTEST_GUILESS_MAIN(TestCompress)
#include "tst_compress.moc"
