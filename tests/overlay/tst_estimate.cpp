// Estimates against overlays that are made of the same images.
#include "engine/overlay/estimate.h"

#include <QObject>
#include <numeric>

#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

OverlayEstimate estimate(const Workshop& workshop, const BaseImages& base, const Images& images) {
    const File disk = workshop.write("disk", images.disk);
    const File memory = workshop.write("memory", images.memory);
    return must(estimateOverlay(EncodeInput(base, disk, memory), Profile::balanced, {}));
}

std::uint64_t storedIn(const ImageMap& map) {
    return std::accumulate(
        map.cells.begin(), map.cells.end(), std::uint64_t{0},
        [](std::uint64_t sum, const MapCell& cell) { return sum + cell.raw + cell.delta; });
}

// `chunks` chunks of which the first half is text that depends on the seed.
Bytes halfText(std::uint64_t seed, std::size_t chunks) {
    Bytes bytes = noise(seed, chunks * kChunkSize);
    for (std::size_t i = 0; i < bytes.size() / 2; ++i) {
        bytes[i] = static_cast<std::byte>('a' + std::to_integer<int>(bytes[i]) % 16);
    }
    return bytes;
}

}  // namespace

class TestEstimate : public QObject {
    Q_OBJECT

private slots:
    void nothingIsNothing();
    void countsAsTheOverlayDoes();
    void weighsAsTheOverlayDoes();
    void groupsTheChunksOfALargeImage();
    void canBeCancelled();
};

void TestEstimate::nothingIsNothing() {
    const Workshop workshop;
    const Images images = draw("ABC0", "DE");
    const OverlayEstimate none = estimate(workshop, workshop.base(images), images);
    QCOMPARE(none.changedBytes(), std::uint64_t{0});
    QVERIFY(none.composition[0] == Composition() && none.composition[1] == Composition());
    QVERIFY(none.fileBytes > 0);
    QCOMPARE(none.maps[0].cells.size(), std::size_t{4});
    QVERIFY(none.maps[0].cells == std::vector<MapCell>(4));
}

void TestEstimate::countsAsTheOverlayDoes() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("ABCDEFGH00AB", "IJKLMNOP00"));
    const Images images = draw("ABcDXXGH0A0I", "IjKLMAXP0Y");
    const OverlayEstimate guess = estimate(workshop, base, images);
    const OverlaySummary made = must(workshop.tryEncode(base, images));
    for (const ImageKind image : {ImageKind::disk, ImageKind::memory}) {
        const Composition& a = guess.composition[static_cast<std::size_t>(image)];
        const Composition& b = made.manifest.of(image);
        QCOMPARE(a.zero, b.zero);
        QCOMPARE(a.fromBaseDisk, b.fromBaseDisk);
        QCOMPARE(a.fromBaseMemory, b.fromBaseMemory);
        QCOMPARE(a.repeats, b.repeats);
        QCOMPARE(a.delta, b.delta);
        QCOMPARE(a.raw, b.raw);
        QCOMPARE(a.storedBytes, b.storedBytes);  // so little is weighed whole
    }
    const MapCell zero{0, 0, 0, 0, 1};
    QVERIFY(guess.maps[0].cells[10] == zero);
    const auto& memory = guess.maps[1].cells;
    const auto countOf = [](const auto& cells, auto kind) {
        return std::accumulate(
            cells.begin(), cells.end(), std::uint64_t{0},
            [kind](std::uint64_t sum, const MapCell& cell) { return sum + cell.*kind; });
    };
    QCOMPARE(countOf(memory, &MapCell::raw), guess.composition[1].raw);
    QCOMPARE(countOf(memory, &MapCell::delta), guess.composition[1].delta);
}

void TestEstimate::weighsAsTheOverlayDoes() {
    const Workshop workshop;
    const BaseImages base = workshop.base({Bytes(kChunkSize), noise(1, 1024 * kChunkSize)});
    Images images{Bytes(kChunkSize), halfText(2, 8192)};
    images.memory.resize(8192 * kChunkSize);
    const OverlayEstimate guess = estimate(workshop, base, images);
    const OverlaySummary made = must(workshop.tryEncode(base, images));
    const double ratio = static_cast<double>(guess.fileBytes) / static_cast<double>(made.fileBytes);
    qInfo("estimated %.3f of the overlay", ratio);
    QVERIFY(ratio > 0.8 && ratio < 1.2);
    QCOMPARE(guess.composition[1].changed(), made.manifest.of(ImageKind::memory).changed());
}

void TestEstimate::groupsTheChunksOfALargeImage() {
    const Workshop workshop;
    constexpr std::size_t kChunks = 5000;
    const BaseImages base = workshop.base({Bytes(kChunkSize), Bytes(kChunks * kChunkSize)});
    Images images{Bytes(kChunkSize), Bytes(kChunks * kChunkSize)};
    const Bytes chunk = noise(3, kChunkSize);
    std::copy(chunk.begin(), chunk.end(), images.memory.end() - kChunkSize);
    const ImageMap map = estimate(workshop, base, images).maps[1];
    QCOMPARE(map.chunks, std::uint64_t{kChunks});
    QVERIFY(map.cells.size() <= 2048 && map.cells.size() * map.chunksPerCell >= kChunks);
    QCOMPARE(storedIn(map), std::uint64_t{1});
    QCOMPARE(map.cells.back().raw + map.cells.back().delta, std::uint32_t{1});
}

void TestEstimate::canBeCancelled() {
    const Workshop workshop;
    const BaseImages base = workshop.base(draw("A", "B"));
    const File disk = workshop.write("disk", letters("C"));
    const File memory = workshop.write("memory", letters("D"));
    std::stop_source stop;
    stop.request_stop();
    const Result<OverlayEstimate> none =
        estimateOverlay(EncodeInput(base, disk, memory), Profile::balanced, stop.get_token());
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::cancelled);
}

QTEST_GUILESS_MAIN(TestEstimate)
#include "tst_estimate.moc"
