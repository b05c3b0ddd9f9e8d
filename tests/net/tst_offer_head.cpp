#include "engine/net/offer_head.h"

#include <QtTest>

#include "tests/support/result_checks.h"

using namespace cloudlet;

namespace {

const fs::path kGolden = CLOUDLET_GOLDEN_FOLDER "/format2.overlay";

struct Offered {
    push::Offer offer;
    Bytes head;
};

Offered golden() {
    FileSource source = FileSource::open(kGolden).value();
    OfferedOverlay offered = readOffered(source).value();
    Offered result;
    result.offer.id = offered.id;
    result.offer.size = offered.size;
    result.head = std::move(offered.head);
    return result;
}

}  // namespace

class TestOfferHead : public QObject {
    Q_OBJECT

private slots:
    void isHeaderAndManifest() {
        const Offered offered = golden();
        QCOMPARE(offered.offer.size, static_cast<std::uint64_t>(fs::file_size(kGolden)));
        VALUE(manifest, manifestOf(offered.offer, offered.head));
        QVERIFY(manifest.base.diskSize > 0);
    }

    void refusesAnother() {
        Offered offered = golden();
        ++offered.offer.size;
        VERIFY_ERROR(manifestOf(offered.offer, offered.head), ErrorCode::corrupt);
        offered = golden();
        offered.offer.id.bytes[0] ^= std::byte{1};
        VERIFY_ERROR(manifestOf(offered.offer, offered.head), ErrorCode::corrupt);
    }

    void refusesWhatIsCutOrChanged() {
        const Offered offered = golden();
        for (std::size_t size = 0; size < offered.head.size(); size += 7) {
            QVERIFY(!manifestOf(offered.offer, ByteView(offered.head).first(size)));
        }
        for (std::size_t at = 0; at < offered.head.size(); at += 5) {
            Bytes changed = offered.head;
            changed[at] ^= std::byte{0x10};
            // The lengths of the table are not the manifest's to cover; the reader compares them.
            const bool ofTable = at >= 32 && at < 48;
            if (!ofTable) QVERIFY(!manifestOf(offered.offer, changed));
        }
    }

    void hashesAllOfASource() {
        FileSource source = FileSource::open(kGolden).value();
        VALUE(hash, hashOfSource(source, {}));
        QVERIFY(hash == sha256(readWholeFile(kGolden, 1 << 20).value()));
        std::stop_source stopped;
        stopped.request_stop();
        VERIFY_ERROR(hashOfSource(source, stopped.get_token()), ErrorCode::cancelled);
    }
};

QTEST_GUILESS_MAIN(TestOfferHead)
#include "tst_offer_head.moc"
