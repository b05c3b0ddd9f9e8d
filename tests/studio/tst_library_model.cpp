#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTest>
#include <QUrl>
#include <memory>

#include "app/studio/library_model.h"
#include "app/studio/qt_text.h"
#include "tests/catalog/base_fixture.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

Library someLibrary() {
    LibraryBase debian;
    debian.id = "aa11";
    debian.name = "debian";
    debian.bytes = 3 << 20;
    debian.created = 1000;
    debian.overlays = {{"/x/redis.cloudlet", "redis", 2048, 3000, false},
                       {"/x/web.cloudlet", "web", 1024, 2000, true}};
    LibraryBase broken;
    broken.id = "bb22";
    broken.name = "broken";
    broken.problem = "disk.raw has changed";
    LibraryBase strangers;
    strangers.overlays = {{"/y/far.cloudlet", "far", 1, 1, false}};
    return {debian, broken, strangers};
}

}  // namespace

class TestLibraryModel : public QObject {
    Q_OBJECT
private slots:
    void isAProperModel();
    void showsBasesAndOverlays();
    void showsWhatWasMadeOfAnOverlay();
    void survivesParentsInACircle();
    void searchesTagsToo();
    void findsByIdentity();
    void sortsByNumbers();
    void filtersOverlaysWithTheirBase();
    void keepsStillWhenNothingChanged();
    void dragsOverlaysOut();
    void readsACatalog();
};

void TestLibraryModel::isAProperModel() {
    LibraryModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setLibrary(someLibrary());
    model.setLibrary({});
    model.setLibrary(someLibrary());
    QCOMPARE(model.rowCount(), 3);
}

void TestLibraryModel::showsBasesAndOverlays() {
    LibraryModel model;
    model.setLibrary(someLibrary());
    const QModelIndex debian = model.index(0, 0);
    QCOMPARE(debian.data().toString(), "debian");
    QCOMPARE(model.index(0, LibraryModel::sizeColumn).data().toString(), bytesText(3 << 20));
    QCOMPARE(model.index(1, LibraryModel::stateColumn).data().toString(), "broken");
    QCOMPARE(model.index(1, 0).data(Qt::ToolTipRole).toString(), "disk.raw has changed");
    QCOMPARE(model.rowCount(debian), 2);
    const QModelIndex web = model.index(1, 0, debian);
    QCOMPARE(web.data().toString(), "web");
    QCOMPARE(web.siblingAtColumn(LibraryModel::stateColumn).data().toString(), "file missing");
    QCOMPARE(web.parent(), debian);
    QCOMPARE(model.baseAt(web)->name, "debian");
    QCOMPARE(model.overlayAt(web)->title, "web");
    QVERIFY(model.overlayAt(debian) == nullptr);
    QVERIFY(!model.baseAt(model.index(2, 0))->isKnown());
    QVERIFY(model.baseAt({}) == nullptr);
}

void TestLibraryModel::showsWhatWasMadeOfAnOverlay() {
    Library library = someLibrary();
    library[0].overlays[0].id = "r1";
    library[0].overlays.append({"/x/later.cloudlet", "later", 1, 1, false, "l1", "r1"});
    library[0].overlays.append({"/x/last.cloudlet", "last", 1, 1, false, "z1", "l1"});
    library[0].overlays.append({"/x/orphan.cloudlet", "orphan", 1, 1, false, "o1", "gone"});
    LibraryModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setLibrary(library);
    const QModelIndex debian = model.index(0, 0);
    QCOMPARE(model.rowCount(debian), 3);  // redis, web, orphan
    const QModelIndex redis = model.index(0, 0, debian);
    QCOMPARE(model.rowCount(redis), 1);
    const QModelIndex later = model.index(0, 0, redis);
    QCOMPARE(later.data().toString(), "later");
    QCOMPARE(later.parent(), redis);
    QCOMPARE(model.index(0, 0, later).data().toString(), "last");
    QCOMPARE(model.baseAt(model.index(0, 0, later))->name, "debian");
    QCOMPARE(model.find("/x/last.cloudlet").parent(), later);
}

void TestLibraryModel::survivesParentsInACircle() {
    Library library = someLibrary();
    library[0].overlays = {{"/a", "a", 1, 1, false, "a", "b"},
                           {"/b", "b", 1, 1, false, "b", "a"},
                           {"/c", "c", 1, 1, false, "c", "c"}};
    LibraryModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setLibrary(library);
    QVERIFY(model.find("/a").isValid() && model.find("/b").isValid() && model.find("/c").isValid());
}

void TestLibraryModel::searchesTagsToo() {
    Library library = someLibrary();
    library[0].overlays[0].tags = QStringList{"demo", "web2"};
    LibraryModel model;
    model.setLibrary(library);
    QSortFilterProxyModel filter;
    filter.setSourceModel(&model);
    filter.setRecursiveFilteringEnabled(true);
    filter.setFilterRole(LibraryModel::kSearchRole);
    filter.setFilterFixedString("demo");
    QCOMPARE(filter.rowCount(), 1);
    QCOMPARE(filter.index(0, 0, filter.index(0, 0)).data().toString(), "redis");
    const QModelIndex redis = model.index(0, 0, model.index(0, 0));
    QCOMPARE(redis.siblingAtColumn(LibraryModel::tagsColumn).data().toString(), "demo web2");
}

void TestLibraryModel::findsByIdentity() {
    LibraryModel model;
    model.setLibrary(someLibrary());
    QCOMPARE(model.find("bb22").row(), 1);
    QCOMPARE(model.find("/y/far.cloudlet").data().toString(), "far");
    QVERIFY(!model.find("nothing").isValid());
}

void TestLibraryModel::sortsByNumbers() {
    LibraryModel model;
    Library library = someLibrary();
    library[0].overlays[0].bytes = 9'000;   // "8.79 KiB"
    library[0].overlays[1].bytes = 70'000;  // "68.4 KiB", which begins with a smaller digit
    model.setLibrary(library);
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(LibraryModel::kSortRole);
    sorted.sort(LibraryModel::sizeColumn, Qt::DescendingOrder);
    const QModelIndex debian = sorted.mapFromSource(model.index(0, 0));
    QCOMPARE(sorted.index(0, 0, debian).data().toString(), "web");
}

void TestLibraryModel::filtersOverlaysWithTheirBase() {
    LibraryModel model;
    model.setLibrary(someLibrary());
    QSortFilterProxyModel filter;
    filter.setSourceModel(&model);
    filter.setRecursiveFilteringEnabled(true);
    filter.setFilterFixedString("web");
    QCOMPARE(filter.rowCount(), 1);
    QCOMPARE(filter.index(0, 0).data().toString(), "debian");
    QCOMPARE(filter.rowCount(filter.index(0, 0)), 1);
}

void TestLibraryModel::keepsStillWhenNothingChanged() {
    LibraryModel model;
    model.setLibrary(someLibrary());
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.setLibrary(someLibrary());
    QCOMPARE(resets.size(), 0);  // what a person has selected and unfolded stays
}

void TestLibraryModel::dragsOverlaysOut() {
    LibraryModel model;
    model.setLibrary(someLibrary());
    const QModelIndex base = model.index(0, 0);
    const QModelIndex overlay = model.index(0, 0, base);
    QVERIFY((model.flags(base) & Qt::ItemIsDragEnabled) == 0);
    QVERIFY((model.flags(overlay) & Qt::ItemIsDragEnabled) != 0);
    QVERIFY(model.mimeData({base}) == nullptr);
    const std::unique_ptr<QMimeData> content(model.mimeData({overlay, model.index(0, 1, base)}));
    QCOMPARE(content->urls(), QList<QUrl>{QUrl::fromLocalFile(model.overlayAt(overlay)->file)});
    Library gone = someLibrary();
    gone[0].overlays[0].missing = true;
    model.setLibrary(gone);
    QVERIFY((model.flags(model.index(0, 0, model.index(0, 0))) & Qt::ItemIsDragEnabled) == 0);
}

void TestLibraryModel::readsACatalog() {
    const Scratch scratch;
    VALUE(catalog, Catalog::open(scratch / "catalog"));
    VALUE(base, addBase(catalog, "letters", "AAB0C"));
    const fs::path file = scratch / "one.cloudlet";
    EXPECT_OK(writeWholeFile(file, asBytes("x")));
    OverlayRecord overlay;
    overlay.path = file;
    overlay.base = base.id;
    overlay.title = "one";
    overlay.size = 1;
    EXPECT_OK(catalog.recordOverlay(overlay));
    overlay.path = scratch / "gone.cloudlet";
    overlay.base.hash = sha256(asBytes("another base"));
    EXPECT_OK(catalog.recordOverlay(overlay));
    VALUE(library, readLibrary(catalog));
    QCOMPARE(library.size(), 2);
    QCOMPARE(library.at(0).name, "letters");
    QVERIFY(library.at(0).bytes > 0);
    QCOMPARE(library.at(0).overlays.size(), 1);
    QVERIFY(!library.at(0).overlays.first().missing);
    QVERIFY(!library.at(1).isKnown());
    QVERIFY(library.at(1).overlays.first().missing);
}

QTEST_GUILESS_MAIN(TestLibraryModel)
#include "tst_library_model.moc"
