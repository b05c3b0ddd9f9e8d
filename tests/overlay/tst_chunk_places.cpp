#include <QObject>

#include "engine/overlay/chunk_places.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestChunkPlaces : public QObject {
    Q_OBJECT

private slots:
    void findsEachChunk();
    void agreesWithEverySegment();
};

using Kind = ChunkPlace::Kind;

void TestChunkPlaces::findsEachChunk() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCD", "EFGH"));
    MemorySource source(workshop.encode(base, draw("A0EX", "EFXXY0")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const ChunkPlaces places(overlay);
    const auto kindOf = [&](ImageKind image, std::uint64_t index) {
        return places.find({image, index}).kind;
    };
    QCOMPARE(kindOf(ImageKind::disk, 0), Kind::base);
    QCOMPARE(kindOf(ImageKind::disk, 1), Kind::zero);
    QCOMPARE(kindOf(ImageKind::disk, 2), Kind::copied);
    QCOMPARE(kindOf(ImageKind::disk, 3), Kind::fetched);  // a repeat of the memory's
    QCOMPARE(kindOf(ImageKind::memory, 1), Kind::base);
    QCOMPARE(kindOf(ImageKind::memory, 2), Kind::fetched);
    QCOMPARE(kindOf(ImageKind::memory, 4), Kind::fetched);
    QCOMPARE(kindOf(ImageKind::memory, 5), Kind::base);  // past the base's end: zeros
    QCOMPARE(kindOf(ImageKind::memory, 1000), Kind::base);
    QCOMPARE(kindOf(ImageKind::disk, std::uint64_t{1} << 40), Kind::base);
    QVERIFY(places.find({ImageKind::disk, 3}) == places.find({ImageKind::memory, 2}));
    QCOMPARE(places.localSegments().size(), std::size_t{1});
    // Copies are decoded before a byte of any segment has arrived.
    const std::uint32_t local = places.localSegments().front();
    QVERIFY(must(overlay.decode(local, ByteView(), base)).content == letters("E"));
}

void TestChunkPlaces::agreesWithEverySegment() {
    const Workshop workshop;
    std::string before;
    std::string after;
    std::mt19937_64 random(11);
    for (int i = 0; i < 900; ++i) {
        before += static_cast<char>('A' + random() % 20);
        after += random() % 5 == 0 ? '0' : static_cast<char>((random() % 2 ? 'a' : 'A') + i % 26);
    }
    const BaseImages base = workshop.base(draw(before, before));
    std::vector<ChunkRef> startSet;
    for (int i = 0; i < 200; ++i) startSet.push_back({ImageKind::memory, random() % 900});
    MemorySource source(workshop.encode(base, draw(after, after), {}, {.startSet = startSet}));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const ChunkPlaces places(overlay);
    std::uint64_t inSegments = 0;
    for (std::uint32_t i = 0; i < overlay.segmentCount(); ++i) {
        for (const Entry& entry : overlay.segment(i).entries) {
            QCOMPARE(places.find(entry.chunk).segment, i);
            ++inSegments;
        }
    }
    std::uint64_t found = 0;
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        for (std::uint64_t i = 0; i < 900; ++i) {
            const Kind kind = places.find({image, i}).kind;
            found += kind == Kind::copied || kind == Kind::fetched ? 1 : 0;
        }
    }
    QCOMPARE(found, inSegments);
}

QTEST_GUILESS_MAIN(TestChunkPlaces)
#include "tst_chunk_places.moc"
