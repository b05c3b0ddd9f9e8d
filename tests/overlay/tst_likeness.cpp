#include <QObject>

#include "engine/overlay/likeness.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestLikeness : public QObject {
    Q_OBJECT

private slots:
    void sharedPassagesAreFound();
    void strangersAreNot();
    void anyContentHasALikeness();
    void nearestIsFound();
    void takesWhatIsAccepted();
};

static std::size_t shared(const Likeness& a, const Likeness& b) {
    std::size_t count = 0;
    for (const std::uint32_t passage : a.all()) {
        count += static_cast<std::size_t>(std::count(b.all().begin(), b.all().end(), passage));
    }
    return count;
}

static Likeness cutFrom(const Bytes& bytes, std::size_t offset) {
    return likenessOf(ByteView(bytes).subspan(offset, kChunkSize));
}

// Two chunks of which half is the same, at any distance.
void TestLikeness::sharedPassagesAreFound() {
    std::size_t found = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Bytes text = noise(seed, 2 * kChunkSize);
        const Likeness first = cutFrom(text, 0);
        QCOMPARE(shared(first, cutFrom(text, 0)), first.all().size());
        found += shared(first, cutFrom(text, kChunkSize / 2 + seed % 64)) > 0 ? 1 : 0;
    }
    QVERIFY2(found > 180, qPrintable(QString::number(found)));
}

void TestLikeness::strangersAreNot() {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Likeness a = likenessOf(noise(seed, kChunkSize));
        QVERIFY(a.count > 0);
        QCOMPARE(shared(a, likenessOf(noise(seed + 1000, kChunkSize))), std::size_t{0});
    }
}

void TestLikeness::anyContentHasALikeness() {
    for (const int value : {0, 1, 0x20, 0xff}) {
        QVERIFY(likenessOf(Bytes(kChunkSize, std::byte(value))).count <= 1);
    }
    for (const std::size_t size : {0, 1, 31, 32, 33}) likenessOf(noise(1, size));
}

void TestLikeness::nearestIsFound() {
    LikenessMap map;
    const auto any = [](std::uint32_t) { return true; };
    const Likeness a = likenessOf(noise(1, kChunkSize));
    const Likeness b = likenessOf(noise(2, kChunkSize));
    QCOMPARE(map.findAndPut(Likeness(), 5, any), LikenessMap::kNone);
    QCOMPARE(map.findAndPut(a, 6, any), LikenessMap::kNone);
    QCOMPARE(map.findAndPut(b, 7, any), LikenessMap::kNone);
    QCOMPARE(map.findAndPut(a, 8, any), std::uint32_t{6});
    QCOMPARE(map.findAndPut(a, 9, any), std::uint32_t{8});
}

void TestLikeness::takesWhatIsAccepted() {
    LikenessMap map;
    const Likeness a = likenessOf(noise(1, kChunkSize));
    map.findAndPut(a, 1, [](std::uint32_t) { return true; });
    QCOMPARE(map.findAndPut(a, 2, [](std::uint32_t) { return false; }), LikenessMap::kNone);
}

QTEST_GUILESS_MAIN(TestLikeness)
#include "tst_likeness.moc"
