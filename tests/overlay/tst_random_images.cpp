// Property: whatever the images are, base and overlay give them back. A failure prints its seed;
// CLOUDLET_TEST_SEED=N runs that one alone.
#include <QObject>

#include "engine/overlay/compare.h"
#include "engine/overlay/xdelta_codec.h"
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

// By every profile, and by the codec that none of them uses.
static std::vector<EncodeOptions> allOptions() {
    std::vector<EncodeOptions> all;
    for (const Profile profile : {Profile::fastest, Profile::balanced, Profile::smallest}) {
        all.push_back({.profile = profile});
    }
    if (hasXdelta()) all.push_back({.codec = Codec::xdelta3});
    return all;
}

static void roundTrip(const Workshop& workshop, const Images& base, const Images& target,
                      const EncodeOptions& options) {
    const BaseImages images = workshop.base(base);
    MemorySource source(workshop.encode(images, target, {}, options));
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
        EncodeOptions options = allOptions()[seed % allOptions().size()];
        for (std::size_t i = below(random, 20); i > 0; --i) {
            options.startSet.push_back(
                {below(random, 2) == 0 ? ImageKind::disk : ImageKind::memory, below(random, 60)});
        }
        roundTrip(workshop, base, target, options);
        if (QTest::currentTestFailed()) {
            qWarning("with CLOUDLET_TEST_SEED=%llu", seed);
            return;
        }
    }
}

static Bytes repeated(const Bytes& chunk, std::size_t size) {
    Bytes image;
    while (image.size() < size) image.insert(image.end(), chunk.begin(), chunk.end());
    return image;
}

// One byte of each chunk of the base is another.
static Bytes pricked(Bytes image) {
    for (std::size_t at = 5; at < image.size(); at += kChunkSize) {
        image[at + at / kChunkSize % 4000] ^= std::byte{0x40};
    }
    return image;
}

static Bytes shifted(const Bytes& image, std::size_t by) {
    Bytes result = noise(77, by);
    result.insert(result.end(), image.begin(), image.end() - static_cast<std::ptrdiff_t>(by));
    return result;
}

void TestRandomImages::extremesComeBack_data() {
    QTest::addColumn<QByteArray>("image");
    constexpr std::size_t kSize = 3 << 20;
    const Bytes base = noise(1, kSize);
    const auto row = [](const char* name, const Bytes& image) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(image.data()),
                                          static_cast<qsizetype>(image.size()));
    };
    row("all zero", Bytes(kSize));
    row("all 0xFF", Bytes(kSize, std::byte{0xff}));
    row("all chunks alike", repeated(noisyChunk('Q'), kSize));
    row("incompressible", noise(3, kSize));
    row("no change", base);
    row("one byte changed in each chunk", pricked(base));
    row("shifted by one chunk", shifted(base, kChunkSize));
    row("shifted by one byte", shifted(base, 1));
    row("empty", {});
}

void TestRandomImages::extremesComeBack() {
    QFETCH(QByteArray, image);
    const Images base{noise(1, 3 << 20), noise(2, 1 << 20)};
    Bytes target(static_cast<std::size_t>(image.size()));
    if (!target.empty()) std::memcpy(target.data(), image.data(), target.size());
    const Workshop workshop;
    for (const EncodeOptions& options : allOptions()) {
        roundTrip(workshop, base, {target, base.memory}, options);
    }
}

QTEST_GUILESS_MAIN(TestRandomImages)
#include "tst_random_images.moc"
