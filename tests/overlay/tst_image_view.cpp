#include <QTest>

#include "engine/overlay/image_view.h"
#include "tests/overlay/letter_images.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestImageView : public QObject {
    Q_OBJECT
private slots:
    void readsWhatReplayWrites();
    void readsAtAnyPlace();
    void refusesWhatLiesOutside();
};

namespace {

// Of each kind: as the base, new, changed, zeroed, the base's own elsewhere, repeated, beyond.
constexpr const char* kBaseDisk = "ABCDEFGH0000";
constexpr const char* kDisk = "AbXX0EFCXY00ZZ";

}  // namespace

void TestImageView::readsWhatReplayWrites() {
    const Workshop shop;
    const BaseImages base = shop.base(draw(kBaseDisk, "MNOP"));
    MemorySource source(shop.encode(base, draw(kDisk, "MQNX")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    const Images wanted = must(shop.replay(overlay, base));
    for (const ImageKind kind : {ImageKind::disk, ImageKind::memory}) {
        ImageView view(overlay, base, kind);
        const Bytes& image = kind == ImageKind::disk ? wanted.disk : wanted.memory;
        QCOMPARE(view.size(), std::uint64_t{image.size()});
        Bytes read(image.size());
        must(view.read(read, 0));
        QVERIFY(read == image);
    }
}

void TestImageView::readsAtAnyPlace() {
    const Workshop shop;
    const BaseImages base = shop.base(draw(kBaseDisk, "M"));
    MemorySource source(shop.encode(base, draw(kDisk, "M")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    ImageView view(overlay, base, ImageKind::disk);
    const Bytes wanted = letters(kDisk);
    for (std::size_t at = 1; at < wanted.size(); at += 1777) {
        Bytes read(std::min<std::size_t>(5000, wanted.size() - at));
        must(view.read(read, at));
        QVERIFY(sameBytes(read, ByteView(wanted).subspan(at, read.size())));
    }
}

void TestImageView::refusesWhatLiesOutside() {
    const Workshop shop;
    const BaseImages base = shop.base(draw("AB", "M"));
    MemorySource source(shop.encode(base, draw("AX", "M")));
    const OverlayReader overlay = must(OverlayReader::open(source));
    ImageView view(overlay, base, ImageKind::disk);
    Bytes read(2);
    QCOMPARE(view.read(read, 2 * kChunkSize - 1).error().code, ErrorCode::corrupt);
    QCOMPARE(view.read(read, UINT64_MAX).error().code, ErrorCode::corrupt);
}

QTEST_GUILESS_MAIN(TestImageView)
#include "tst_image_view.moc"
