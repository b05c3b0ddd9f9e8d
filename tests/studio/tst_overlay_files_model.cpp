// The table of the guest's files in the inspector.
#include <QAbstractItemModelTester>
#include <QTest>

#include "app/studio/overlay_files_model.h"
#include "app/studio/qt_text.h"

using namespace cloudlet;

class TestOverlayFilesModel : public QObject {
    Q_OBJECT
private slots:
    void showsFilesAndWhatIsInNone();
};

void TestOverlayFilesModel::showsFilesAndWhatIsInNone() {
    OverlayFilesModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    OverlayFiles found;
    found.files = {{"/srv/large", false, 73, 300'000}, {"/srv", true, 1, 900}};
    found.journal = {4, 1000};
    model.setFiles(found);
    QVERIFY(model.rowCount() >= 3);
    const auto text = [&](int row, int column) {
        return model.index(row, column).data().toString();
    };
    QVERIFY(text(0, OverlayFilesModel::pathColumn).contains("/srv/large"));
    QCOMPARE(text(0, OverlayFilesModel::storedColumn), bytesText(300'000));
    const QModelIndex stored = model.index(0, OverlayFilesModel::storedColumn);
    QCOMPARE(stored.data(OverlayFilesModel::kSortRole).toULongLong(), 300'000ULL);
    for (int column = 0; column < model.columnCount(); ++column) {
        QVERIFY(!model.headerData(column, Qt::Horizontal).toString().isEmpty());
    }
    model.setFiles({});
    QCOMPARE(model.rowCount(), 0);
}

QTEST_MAIN(TestOverlayFilesModel)
#include "tst_overlay_files_model.moc"
