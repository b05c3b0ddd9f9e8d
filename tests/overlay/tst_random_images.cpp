// Property: whatever the images are, base and overlay give them back. A failure prints its seed;
// CLOUDLET_TEST_SEED=N runs that one alone.
#include <QObject>

#include "engine/overlay/compare.h"
#include "tests/overlay/letter_images.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestRandomImages : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void comeBack();
    void extremesComeBack_data();  // F23
    void extremesComeBack();
};

using Random = std::mt19937_64;

static std::size_t below(Random& random, std::size_t limit) {
    return static_cast<std::size_t>(random() % limit);
}

// A base image: letters, zeros, noise, text, of any size.
static Bytes randomBase(Random& random) {
    Bytes image;
    const std::size_t chunks = below(random, below(random, 8) == 0 ? 700 : 40);
    for (std::size_t i = 0; i < chunks; ++i) {
        const std::size_t kind = below(random, 4);
        const Bytes chunk = kind == 0   ? Bytes(kChunkSize)
                            : kind == 1 ? noise(random(), kChunkSize)
                                        : noisyChunk(static_cast<char>('A' + below(random, 26)));
        image.insert(image.end(), chunk.begin(), chunk.end());
    }
    if (below(random, 2) == 0)
        image.resize(image.size() - std::min(image.size(), below(random, 5000)));
    return image;
}

static Bytes chunkOf(const Bytes& image, std::size_t index) {
    Bytes chunk(kChunkSize);
    const std::size_t at = index * kChunkSize;
    if (at >= image.size()) return chunk;
    std::memcpy(chunk.data(), image.data() + at,
                std::min<std::size_t>(kChunkSize, image.size() - at));
    return chunk;
}

// Changes some chunks of an image: zeros, copies from both bases, moves, small edits, new ones,
// repeats of new ones; then another size.
static Bytes customised(const Bytes& own, const Images& base, std::vector<Bytes>& made,
                        Random& random) {
    Bytes image = own;
    if (below(random, 3) == 0) image.resize(below(random, image.size() + 50'000));
    const std::size_t share = below(random, 4);  // of the chunks, in thirds
    for (std::size_t at = 0; at < image.size(); at += kChunkSize) {
        if (below(random, 3) >= share) continue;
        Bytes chunk(kChunkSize);
        switch (below(random, 6)) {
            case 0:
                break;
            case 1:
                chunk = chunkOf(base.disk, below(random, base.disk.size() / kChunkSize + 1));
                break;
            case 2:
                chunk = chunkOf(base.memory, below(random, base.memory.size() / kChunkSize + 1));
                break;
            case 3:
                chunk = chunkOf(image, at / kChunkSize);
                chunk[below(random, kChunkSize)] ^= std::byte{1};
                break;
            case 4:
                made.push_back(noise(random(), kChunkSize));
                chunk = made.back();
                break;
            case 5:
                if (!made.empty()) chunk = made[below(random, made.size())];
                break;
        }
        std::memcpy(image.data() + at, chunk.data(),
                    std::min<std::size_t>(kChunkSize, image.size() - at));
    }
    return image;
}

static void roundTrip(const Workshop& workshop, const Images& base, const Images& target) {
    const BaseImages images = workshop.base(base);
    MemorySource source(workshop.encode(images, target));
    const OverlayReader overlay = must(OverlayReader::open(source));
    Progress progress;
    must(verifyOverlay(overlay, images, progress, {}));
    const File disk = must(File::open(workshop.path("disk"), File::Mode::read));
    const File memory = must(File::open(workshop.path("memory"), File::Mode::read));
    must(compareReplay(overlay, images, {disk, memory}, progress, {}));
    const Images result = must(workshop.replay(overlay, images));
    QVERIFY(result.disk == target.disk);
    QVERIFY(result.memory == target.memory);
}

void TestRandomImages::initTestCase() {
    // Hundreds of small files, each synced: in memory, where there is such a place.
    if (!qEnvironmentVariableIsSet("TMPDIR") && fs::is_directory("/dev/shm")) {
        qputenv("TMPDIR", "/dev/shm");
    }
}

void TestRandomImages::comeBack() {
    const Workshop workshop;
    bool only = false;
    const qulonglong wanted = qEnvironmentVariable("CLOUDLET_TEST_SEED").toULongLong(&only);
    for (qulonglong seed = only ? wanted : 1; seed <= (only ? wanted : 60); ++seed) {
        Random random(seed);
        const Images base{randomBase(random), randomBase(random)};
        std::vector<Bytes> made;
        Images target;
        target.disk = customised(base.disk, base, made, random);
        target.memory = customised(base.memory, base, made, random);
        roundTrip(workshop, base, target);
        if (QTest::currentTestFailed()) {
            qWarning("with CLOUDLET_TEST_SEED=%llu", seed);
            return;
        }
    }
}

void TestRandomImages::extremesComeBack_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("all zero") << 0;
    QTest::newRow("all 0xFF") << 1;
    QTest::newRow("all chunks alike") << 2;
    QTest::newRow("incompressible") << 3;
    QTest::newRow("no change") << 4;
}

void TestRandomImages::extremesComeBack() {
    QFETCH(int, kind);
    constexpr std::size_t kSize = 3 << 20;
    const Images base{noise(1, kSize), noise(2, kSize)};
    Bytes alike;
    while (alike.size() < kSize) {
        const Bytes chunk = noisyChunk('Q');
        alike.insert(alike.end(), chunk.begin(), chunk.end());
    }
    const std::array<Bytes, 5> images{Bytes(kSize), Bytes(kSize, std::byte{0xff}), alike,
                                      noise(3, kSize), base.disk};
    const Workshop workshop;
    roundTrip(workshop, base, {images[static_cast<std::size_t>(kind)], base.memory});
}

QTEST_GUILESS_MAIN(TestRandomImages)
#include "tst_random_images.moc"
