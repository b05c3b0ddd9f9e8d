#include <QObject>
#include <fstream>

#include "engine/overlay/codec.h"
#include "engine/overlay/texture.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestTexture : public QObject {
    Q_OBJECT

private slots:
    void tellsNoise();
    void aDeltaIsNoNoise();
    void compressedBytesAreNoise();
    void tellsText();
    void tellsCode();
    void everythingElseIsStructured();
};

static Bytes filledWith(std::string_view text) {
    Bytes chunk(kChunkSize);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
        chunk[i] = static_cast<std::byte>(text[i % text.size()]);
    }
    return chunk;
}

void TestTexture::tellsNoise() {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        QCOMPARE(textureOf(noise(seed, kChunkSize), {}), Texture::noise);
        QCOMPARE(textureOf(noise(seed, kChunkSize), noise(seed + 5000, kChunkSize)),
                 Texture::noise);
    }
}

// Its own noise with a few bytes changed gains nearly all of it from the base.
void TestTexture::aDeltaIsNoNoise() {
    QCOMPARE(textureOf(letters("a"), letters("A")), Texture::structured);
    QCOMPARE(textureOf(letters("a"), letters("B")), Texture::noise);
    QCOMPARE(textureOf(letters("a"), ByteView(letters("A")).first(100)), Texture::noise);
}

void TestTexture::compressedBytesAreNoise() {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i % 7919) + " ";
    const Bytes frame = compressFrame(asBytes(text), {}, 9);
    QVERIFY(frame.size() > 3 * kChunkSize);
    QCOMPARE(textureOf(ByteView(frame).subspan(kChunkSize, kChunkSize), {}), Texture::noise);
}

void TestTexture::tellsText() {
    QCOMPARE(textureOf(filledWith("It was a dark and stormy night;\n"), {}), Texture::text);
    QCOMPARE(textureOf(filledWith("{\"key\": 17}\t"), {}), Texture::text);
}

// The text of this very program.
void TestTexture::tellsCode() {
    std::ifstream program("/proc/self/exe", std::ios::binary);
    QVERIFY(bool(program));
    std::size_t code = 0;
    std::string bytes(kChunkSize, 0);
    while (program.read(bytes.data(), kChunkSize)) {
        code += textureOf(asBytes(bytes), {}) == Texture::code ? 1 : 0;
    }
    QVERIFY2(code >= 5, qPrintable(QString::number(code)));
}

void TestTexture::everythingElseIsStructured() {
    QCOMPARE(textureOf(Bytes(kChunkSize), {}), Texture::structured);
    Bytes pointers(kChunkSize);
    for (std::size_t i = 0; i < pointers.size(); i += 8) {
        const std::uint64_t address = 0xffff888000000000 + i * 4096;
        std::memcpy(pointers.data() + i, &address, sizeof address);
    }
    QCOMPARE(textureOf(pointers, {}), Texture::structured);
}

QTEST_GUILESS_MAIN(TestTexture)
#include "tst_texture.moc"
