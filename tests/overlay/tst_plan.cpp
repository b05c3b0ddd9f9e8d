#include <QObject>

#include "engine/overlay/limits.h"
#include "engine/overlay/plan.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestPlan : public QObject {
    Q_OBJECT

private slots:
    void mapFindsWhatWasPut();
    void mapStopsGrowing();
    void joinsZeroRuns();
    void findsRepeatsOfBothImages();
    void equalKeysAreNotBelieved();
    void fillsSegments();
    void repeatsUpToTheLimit();
    void alikeMeetsAlike();
    void copiesMeet();
    void startSetLeads();
    void startSegmentsAreSmall();
};

void TestPlan::mapFindsWhatWasPut() {
    ContentMap map;
    QCOMPARE(map.find(0), ContentMap::kNone);
    std::mt19937_64 random(5);
    std::vector<std::uint64_t> keys;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        keys.push_back(i < 10 ? i << 10 : random());
        map.put(keys.back(), i);
    }
    for (std::uint32_t i = 0; i < keys.size(); ++i) QCOMPARE(map.find(keys[i]), i);
    map.put(keys[7], 99'999);
    QCOMPARE(map.find(keys[7]), 99'999u);
    QCOMPARE(map.find(random()), ContentMap::kNone);
}

void TestPlan::mapStopsGrowing() {
    ContentMap map;
    constexpr std::uint32_t kMany = 3'300'000;  // more than it holds
    for (std::uint32_t i = 0; i < kMany; ++i) map.put(i * 0x9e3779b97f4a7c15u, i);
    std::uint32_t found = 0;
    for (std::uint32_t i = 0; i < kMany; ++i) {
        const std::uint32_t number = map.find(i * 0x9e3779b97f4a7c15u);
        if (number == ContentMap::kNone) continue;
        QCOMPARE(number, i);
        ++found;
    }
    QVERIFY(found > 3'000'000 && found < kMany);
    map.put(0, 17);  // replacing needs no room
    QCOMPARE(map.find(0), 17u);
}

static Finding data(std::uint32_t index, std::uint64_t key) {
    Finding finding;
    finding.index = index;
    finding.key = key;
    return finding;
}

void TestPlan::joinsZeroRuns() {
    const Workshop workshop;
    const File file = workshop.write("image", {});
    OverlayPlan plan(file, file);
    for (const std::uint32_t index : {3, 4, 5, 9}) {
        Finding finding;
        finding.kind = Finding::Kind::zero;
        finding.index = index;
        must(plan.add(ImageKind::memory, finding));
    }
    QVERIFY(plan.zeroRuns(ImageKind::memory) == (std::vector<ChunkRun>{{3, 3}, {9, 1}}));
    QVERIFY(plan.zeroRuns(ImageKind::disk).empty());
}

void TestPlan::findsRepeatsOfBothImages() {
    const Workshop workshop;
    const File disk = workshop.write("disk", letters("XAYX"));
    const File memory = workshop.write("memory", letters("AXA"));
    OverlayPlan plan(disk, memory);
    for (std::uint32_t i = 0; i < 3; ++i) must(plan.add(ImageKind::memory, data(i, "AXA"[i])));
    for (std::uint32_t i = 0; i < 4; ++i) must(plan.add(ImageKind::disk, data(i, "XAYX"[i])));
    must(plan.finish({}));
    QCOMPARE(plan.dataSegments().size(), std::size_t{2});
    QCOMPARE(plan.dataSegments()[0].image, ImageKind::memory);
    QCOMPARE(plan.dataSegments()[0].count, 2u);
    QCOMPARE(plan.dataSegments()[1].image, ImageKind::disk);
    QCOMPARE(plan.chunksOf(plan.dataSegments()[1]).front(), 2u);
    const auto repeats = plan.repeatsOf(0);
    QCOMPARE(repeats.size(), std::size_t{4});
    QCOMPARE(repeats[0].image, ImageKind::disk);  // disk 0 = X, memory's second
    QCOMPARE(repeats[0].position, 1);
    QCOMPARE(repeats[1].chunk, 1u);  // disk 1 = A
    QCOMPARE(repeats[1].position, 0);
    QCOMPARE(repeats[3].image, ImageKind::memory);
    QCOMPARE(repeats[3].chunk, 2u);
    QVERIFY(plan.repeatsOf(1).empty());
}

void TestPlan::equalKeysAreNotBelieved() {
    const Workshop workshop;
    const File file = workshop.write("image", letters("ABA"));
    OverlayPlan plan(file, file);
    for (std::uint32_t i = 0; i < 3; ++i) must(plan.add(ImageKind::disk, data(i, 1)));
    must(plan.finish({}));
    QCOMPARE(plan.dataChunks(), std::uint64_t{3});  // the third equals the first, now forgotten
    QVERIFY(plan.repeatsOf(0).empty());
}

void TestPlan::fillsSegments() {
    const Workshop workshop;
    const File file = workshop.write("image", {});
    OverlayPlan plan(file, file);
    for (std::uint32_t i = 0; i < 600; ++i) must(plan.add(ImageKind::memory, data(i, i)));
    for (std::uint32_t i = 0; i < 3; ++i) must(plan.add(ImageKind::disk, data(i, 1000 + i)));
    must(plan.finish({}));
    std::vector<std::uint32_t> counts;
    for (const OverlayPlan::DataSegment& segment : plan.dataSegments()) {
        counts.push_back(segment.count);
    }
    QVERIFY(counts == (std::vector<std::uint32_t>{256, 256, 88, 3}));
}

void TestPlan::repeatsUpToTheLimit() {
    const Workshop workshop;
    File file = workshop.write("image", {});
    constexpr std::uint32_t kChunks = kMostRepeats + 3;
    must(file.resize(std::uint64_t{kChunks} * kChunkSize));  // all alike
    OverlayPlan plan(file, file);
    for (std::uint32_t i = 0; i < kChunks; ++i) must(plan.add(ImageKind::disk, data(i, 42)));
    must(plan.finish({}));
    QCOMPARE(plan.dataSegments().size(), std::size_t{2});
    QCOMPARE(plan.dataChunks(), std::uint64_t{2});
    QCOMPARE(plan.repeatsOf(0).size(), std::size_t{kMostRepeats});
    QCOMPARE(plan.repeatsOf(1).size(), std::size_t{1});
}

static std::vector<std::uint32_t> chunksOf(const OverlayPlan& plan, std::size_t segment) {
    const auto chunks = plan.chunksOf(plan.dataSegments()[segment]);
    return {chunks.begin(), chunks.end()};
}

void TestPlan::alikeMeetsAlike() {
    const Workshop workshop;
    const File file = workshop.write("image", {});
    OverlayPlan plan(file, file);
    for (std::uint32_t i = 0; i < 6; ++i) {
        Finding finding = data(i, i);
        finding.texture = i % 2 == 0 ? Texture::noise : Texture::text;
        must(plan.add(ImageKind::memory, finding));
    }
    must(plan.finish({}));
    QCOMPARE(plan.dataSegments().size(), std::size_t{2});
    QVERIFY(chunksOf(plan, 0) == (std::vector<std::uint32_t>{1, 3, 5}));
    QVERIFY(chunksOf(plan, 1) == (std::vector<std::uint32_t>{0, 2, 4}));
    QCOMPARE(plan.dataSegments()[0].texture, Texture::text);
    QCOMPARE(plan.dataSegments()[1].texture, Texture::noise);
}

// Two copies of 300 chunks, the second one shifted: whatever shares a passage shares a segment, and
// another texture or image stays apart.
void TestPlan::copiesMeet() {
    const Workshop workshop;
    const File file = workshop.write("image", {});
    OverlayPlan plan(file, file);
    const auto add = [&](ImageKind image, std::uint32_t chunk, std::uint32_t passage,
                         Texture texture) {
        Finding finding = data(chunk, 1000 * static_cast<int>(image) + chunk);
        finding.texture = texture;
        finding.likeness = {{passage << 12}, 1};
        must(plan.add(image, finding));
    };
    for (std::uint32_t i = 0; i < 600; ++i) add(ImageKind::memory, i, i % 300, Texture::structured);
    add(ImageKind::memory, 600, 1, Texture::text);
    add(ImageKind::disk, 1, 1, Texture::structured);
    must(plan.finish(std::vector<ChunkRef>{{ImageKind::memory, 0}}));
    QCOMPARE(plan.dataSegments().size(), std::size_t{6});
    QVERIFY(chunksOf(plan, 0) == (std::vector<std::uint32_t>{0}));  // the start set
    std::vector<std::uint32_t> expected{300};  // the copy of what was touched, though it is not
    for (std::uint32_t i = 1; i < 128; ++i) expected.push_back(i);
    for (std::uint32_t i = 1; i < 128; ++i) expected.push_back(300 + i);
    expected.push_back(128);
    std::sort(expected.begin(), expected.end());
    QVERIFY(chunksOf(plan, 1) == expected);
    QVERIFY(chunksOf(plan, 4) == (std::vector<std::uint32_t>{600}));
    QVERIFY(chunksOf(plan, 5) == (std::vector<std::uint32_t>{1}));
}

void TestPlan::startSetLeads() {
    const Workshop workshop;
    const File disk = workshop.write("disk", letters("XAYZ"));
    const File memory = workshop.write("memory", letters("ABCA"));
    OverlayPlan plan(disk, memory);
    for (std::uint32_t i = 0; i < 4; ++i) must(plan.add(ImageKind::memory, data(i, "ABCA"[i])));
    for (std::uint32_t i = 0; i < 4; ++i) must(plan.add(ImageKind::disk, data(i, "XAYZ"[i])));
    // The disk's Z and X; C, twice; A, by its repeat on the disk; what the overlay does not hold.
    const std::vector<ChunkRef> startSet{{ImageKind::disk, 3},   {ImageKind::disk, 77},
                                         {ImageKind::memory, 2}, {ImageKind::memory, 2},
                                         {ImageKind::disk, 0},   {ImageKind::disk, 1}};
    must(plan.finish(startSet));
    QCOMPARE(plan.startSegments(), std::size_t{2});
    QCOMPARE(plan.dataSegments().size(), std::size_t{4});
    QCOMPARE(plan.dataSegments()[0].image, ImageKind::disk);
    QVERIFY(chunksOf(plan, 0) == (std::vector<std::uint32_t>{0, 3}));
    QCOMPARE(plan.dataSegments()[1].image, ImageKind::memory);
    QVERIFY(chunksOf(plan, 1) == (std::vector<std::uint32_t>{0, 2}));
    QVERIFY(chunksOf(plan, 2) == (std::vector<std::uint32_t>{1}));
    QVERIFY(chunksOf(plan, 3) == (std::vector<std::uint32_t>{2}));
    const auto repeats = plan.repeatsOf(1);
    QCOMPARE(repeats.size(), std::size_t{2});
    QCOMPARE(repeats[0].image, ImageKind::disk);
    QCOMPARE(repeats[0].chunk, 1u);
    QCOMPARE(repeats[1].chunk, 3u);
    QCOMPARE(repeats[1].position, 0);
}

void TestPlan::startSegmentsAreSmall() {
    const Workshop workshop;
    const File file = workshop.write("image", {});
    OverlayPlan plan(file, file);
    std::vector<ChunkRef> startSet;
    for (std::uint32_t i = 0; i < 600; ++i) {
        must(plan.add(ImageKind::memory, data(i, i)));
        if (i % 2 == 0) startSet.insert(startSet.begin(), {ImageKind::memory, i});
    }
    must(plan.finish(startSet));
    QCOMPARE(plan.startSegments(), std::size_t{10});
    QVERIFY(chunksOf(plan, 0).front() == 536);  // the last ones were touched first
    QVERIFY(chunksOf(plan, 0).back() == 598);
    QCOMPARE(plan.dataSegments()[9].count, 12u);
    QCOMPARE(plan.dataSegments()[10].count, 256u);
}

QTEST_GUILESS_MAIN(TestPlan)
#include "tst_plan.moc"
