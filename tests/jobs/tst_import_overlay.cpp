#include <QTest>

#include "engine/jobs/import_overlay.h"
#include "tests/overlay/letter_images.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestImportOverlay : public QObject {
    Q_OBJECT
private slots:
    void theCatalogKnowsItThen();
    void refusesWhatIsNone();
};

void TestImportOverlay::theCatalogKnowsItThen() {
    const Workshop shop;
    const BaseImages base = shop.base(draw("AB", "C"));
    const Bytes bytes =
        shop.encode(base, draw("AX", "D"), [](EncodeInput& input) { input.title = "letters"; });
    VALUE(catalog, Catalog::open(shop.path("catalog")));
    VALUE(record, importOverlay(catalog, shop.path("overlay")));
    QCOMPARE(record.title, std::string("letters"));
    VALUE(known, catalog.overlays());
    QCOMPARE(known.size(), std::size_t{1});
    QVERIFY(known[0].id == record.id && known[0].base == base.description().id);
    QCOMPARE(known[0].size, std::uint64_t{bytes.size()});
    QCOMPARE(known[0].created, std::int64_t{1'700'000'000});
    must(importOverlay(catalog, shop.path("overlay")));  // again: the same row
    QCOMPARE(catalog.overlays()->size(), std::size_t{1});
}

void TestImportOverlay::refusesWhatIsNone() {
    const Workshop shop;
    VALUE(catalog, Catalog::open(shop.path("catalog")));
    must(writeWholeFile(shop.path("rubbish"), asBytes("no overlay")));
    QCOMPARE(importOverlay(catalog, shop.path("rubbish")).error().code, ErrorCode::corrupt);
    QCOMPARE(importOverlay(catalog, shop.path("none")).error().code, ErrorCode::notFound);
    QVERIFY(catalog.overlays()->empty());
}

QTEST_GUILESS_MAIN(TestImportOverlay)
#include "tst_import_overlay.moc"
