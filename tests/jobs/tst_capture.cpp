// ImageCapture against a plain comparison: after a pass, base plus captured chunks must equal the
// running image, whatever happened in between.
#include <QtTest>
#include <cstring>
#include <random>

#include "engine/image/chunk.h"
#include "engine/jobs/capture.h"

using namespace cloudlet;

namespace {

constexpr std::uint64_t kChunks = 2500;  // more than two blocks, the last one short

struct Images {
    TemporaryDirectory folder;
    File base;
    File running;
};

Images makeImages() {
    auto folder = TemporaryDirectory::create(fs::temp_directory_path(), "capture").value();
    auto base = File::open(folder.path() / "base", File::Mode::createNew).value();
    auto running = File::open(folder.path() / "running", File::Mode::createNew).value();
    base.resize(kChunks * kChunkSize).value();
    running.resize(kChunks * kChunkSize).value();
    return {std::move(folder), std::move(base), std::move(running)};
}

void fill(File& file, std::uint64_t chunk, unsigned letter) {
    file.writeAt(Bytes(kChunkSize, static_cast<std::byte>(letter)), chunk * kChunkSize).value();
}

Bytes contentOf(const File& file) {
    Bytes bytes(kChunks * kChunkSize);
    file.readAt(bytes, 0).value();
    return bytes;
}

Bytes rebuilt(const File& base, const ImageCapture& capture) {
    Bytes bytes = contentOf(base);
    const Bytes captured = contentOf(capture.image());
    const ChunkSet& changed = capture.changed();
    for (std::uint64_t i = changed.next(0); i < kChunks; i = changed.next(i + 1)) {
        std::memcpy(bytes.data() + i * kChunkSize, captured.data() + i * kChunkSize, kChunkSize);
    }
    return bytes;
}

}  // namespace

class TestCapture : public QObject {
    Q_OBJECT

private slots:
    void takesWhatItIsTold() {
        Images images = makeImages();
        fill(images.base, 1, 'A');
        fill(images.base, 2, 'B');
        ImageCapture capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        const auto take = [&](std::uint64_t index, unsigned letter) {
            capture.take(index, Bytes(kChunkSize, static_cast<std::byte>(letter))).value();
        };
        take(0, 0);  // as the base is
        take(1, 'A');
        QCOMPARE(capture.changed().count(), std::uint64_t{0});
        take(1, 0);
        take(2, 'x');
        take(3, 'y');
        take(2, 'B');  // as the base is, again
        take(3, 0);
        QCOMPARE(capture.changed().count(), std::uint64_t{3});
        const Bytes captured = contentOf(capture.image());
        const auto letterAt = [&](std::uint64_t index) {
            return std::to_integer<int>(captured[(index + 1) * kChunkSize - 1]);
        };
        QCOMPARE(letterAt(1), 0);
        QCOMPARE(letterAt(2), int{'B'});
        QCOMPARE(letterAt(3), 0);
    }

    void equalImagesCaptureNothing() {
        Images images = makeImages();
        fill(images.base, 7, 'A');
        fill(images.running, 7, 'A');
        auto capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        Progress progress;
        capture.update(progress, {}).value();
        QCOMPARE(capture.changed().count(), 0u);
    }

    void chunkThatBecameZeroAgainIsCaptured() {
        Images images = makeImages();
        auto capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        Progress progress;
        fill(images.running, 1300, 'B');
        capture.update(progress, {}).value();
        images.running.punchHole({1300 * kChunkSize, kChunkSize}).value();
        capture.update(progress, {}).value();
        QVERIFY(rebuilt(images.base, capture) == contentOf(images.running));
    }

    void randomHistories_data() {
        QTest::addColumn<bool>("candidatesKnown");
        QTest::newRow("comparing all") << false;
        QTest::newRow("comparing candidates") << true;
    }

    void randomHistories() {
        QFETCH(const bool, candidatesKnown);
        const unsigned seed =
            qEnvironmentVariableIsSet("CLOUDLET_SEED")
                ? static_cast<unsigned>(qEnvironmentVariableIntValue("CLOUDLET_SEED"))
                : std::random_device{}();
        qInfo("seed %u (repeat with CLOUDLET_SEED)", seed);
        std::mt19937 engine(seed);
        const auto random = [&] { return static_cast<unsigned>(engine()); };
        Images images = makeImages();
        for (int i = 0; i < 600; ++i) {
            const std::uint64_t chunk = random() % kChunks;
            const unsigned letter = 'A' + random() % 3;
            fill(images.base, chunk, letter);
            fill(images.running, chunk, letter);
        }
        auto capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        Progress progress;
        ChunkSet touched(kChunks);
        for (int pass = 0; pass < 5; ++pass) {
            for (int i = 0; i < 200; ++i) {
                const std::uint64_t chunk = random() % kChunks;
                touched.insert(chunk);
                if (random() % 4 == 0) {
                    images.running.punchHole({chunk * kChunkSize, kChunkSize}).value();
                } else {
                    fill(images.running, chunk, 'A' + random() % 5);
                }
            }
            capture.update(progress, {}, candidatesKnown ? &touched : nullptr).value();
            QVERIFY(rebuilt(images.base, capture) == contentOf(images.running));
        }
    }

    void othersThanCandidatesAreNotRead() {
        Images images = makeImages();
        fill(images.running, 5, 'A');
        fill(images.running, 6, 'B');
        auto capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        Progress progress;
        ChunkSet candidates(kChunks);
        candidates.insert(6);
        capture.update(progress, {}, &candidates).value();
        QCOMPARE(capture.changed().count(), 1u);
        QVERIFY(capture.changed().contains(6));
    }

    void cancelStops() {
        Images images = makeImages();
        fill(images.running, 3, 'A');
        auto capture =
            ImageCapture::create(images.base, images.running, images.folder.path()).value();
        std::stop_source source;
        source.request_stop();
        Progress progress;
        const auto result = capture.update(progress, source.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::cancelled);
    }
};

QTEST_GUILESS_MAIN(TestCapture)
#include "tst_capture.moc"
