#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "widgets/action_bar.h"
#include "widgets/chunk_map.h"
#include "widgets/composition_bar.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

using namespace cloudlet;

namespace {

template <typename Button>
Button* buttonWith(QWidget& in, const QString& text) {
    for (Button* button : in.findChildren<Button*>()) {
        if (button->text().remove('&') == text) return button;
    }
    return nullptr;
}

}  // namespace

class TestPanels : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void describesAStage_data();
    void describesAStage();
    void showsAStage();
    void cancelsOnce();
    void showsAnError();
    void copiesAnError();
    void offersARemedy();
    void pressesByLetter();
    void showsParts();
    void mapsChunks();
};

void TestPanels::describesAStage_data() {
    QTest::addColumn<StageView>("view");
    QTest::addColumn<QString>("text");
    const quint64 mib = 1 << 20;
    QTest::newRow("nothing known") << StageView{"x", 5, 0, true, 3} << "";
    QTest::newRow("too early for a rate")
        << StageView{"x", mib, 4 * mib, true, 0.2} << "1.0 MiB of 4.0 MiB";
    QTest::newRow("bytes") << StageView{"x", 10 * mib, 40 * mib, true, 2}
                           << "10.0 MiB of 40.0 MiB, 5.0 MiB/s, 7 s left";
    QTest::newRow("pieces") << StageView{"x", 10, 1000, false, 10}
                            << "10 of 1000, 16 min 31 s left";
    QTest::newRow("more than expected") << StageView{"x", 50, 40, false, 10} << "40 of 40";
    QTest::newRow("nothing done yet") << StageView{"x", 0, 40, false, 10} << "0 of 40";
}

void TestPanels::describesAStage() {
    QFETCH(StageView, view);
    QFETCH(QString, text);
    QCOMPARE(describeStage(view), text);
}

void TestPanels::showsAStage() {
    StageBar bar;
    auto* progress = bar.findChild<QProgressBar*>();
    bar.setStage({"copying memory", 30, 60, true, 1});
    QCOMPARE(progress->value() * 2, progress->maximum());
    QVERIFY(!bar.findChildren<QLabel*>().isEmpty());
    QCOMPARE(bar.findChildren<QLabel*>().first()->text(), "Copying memory");
    bar.setStage({"waiting", 0, 0, false, 1});
    QCOMPARE(progress->maximum(), 0);  // busy, of unknown length
}

void TestPanels::cancelsOnce() {
    StageBar bar;
    QSignalSpy cancelled(&bar, &StageBar::cancelled);
    auto* button = bar.findChild<QPushButton*>();
    button->click();
    QCOMPARE(cancelled.size(), 1);
    bar.showCancelling();
    QVERIFY(!button->isEnabled());
    bar.reset();
    QVERIFY(button->isEnabled());
}

void TestPanels::showsAnError() {
    ErrorPanel panel;
    QVERIFY(panel.isHidden());
    panel.showError("The disk is full.", "needs 4 GiB\nhas 1 GiB");
    QVERIFY(!panel.isHidden());
    auto* details = buttonWith<QToolButton>(panel, "Details");
    QVERIFY(details != nullptr && !details->isHidden());
    details->click();
    QVERIFY(details->isChecked());
    panel.showError("Another.");
    QVERIFY(details->isHidden());
    buttonWith<QPushButton>(panel, "Dismiss")->click();
    QVERIFY(panel.isHidden());
}

void TestPanels::copiesAnError() {
    ErrorPanel panel;
    panel.showError("The disk is full.", "needs 4 GiB");
    buttonWith<QPushButton>(panel, "Copy")->click();
    QCOMPARE(QApplication::clipboard()->text(), "The disk is full.\nneeds 4 GiB");
}

void TestPanels::offersARemedy() {
    ErrorPanel panel;
    QStringList chosen;
    panel.showError("No base.");
    panel.offer("Build it", [&] { chosen << "build"; });
    panel.offer("Import it", [&] { chosen << "import"; });
    auto* button = buttonWith<QPushButton>(panel, "Import it");
    QVERIFY(button != nullptr && !button->isHidden());
    button->click();
    QCOMPARE(chosen, QStringList{"import"});
    QVERIFY(panel.isHidden());
    panel.showError("Something else.");
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(buttonWith<QPushButton>(panel, "Build it") == nullptr);
}

void TestPanels::pressesByLetter() {
    ActionBar bar("Things");
    QAction* run = bar.add("R&un", "Runs it");
    QSignalSpy triggered(run, &QAction::triggered);
    bar.show();
    QVERIFY(QTest::qWaitForWindowActive(&bar));
    QTest::keyClick(&bar, Qt::Key_U, Qt::AltModifier);
    QTRY_COMPARE(triggered.size(), 1);
    const auto* button = qobject_cast<QToolButton*>(bar.widgetForAction(run));
    QVERIFY(button->focusPolicy() == Qt::TabFocus && !button->autoRaise());
}

void TestPanels::showsParts() {
    CompositionBar bar;
    bar.resize(300, 100);
    bar.setParts({{"Disk", 3, "3 MiB"}, {"Nothing", 0, ""}, {"Memory", 1, "1 MiB"}});
    QCOMPARE(bar.accessibleDescription(), "Disk 3 MiB, Memory 1 MiB");
    const QImage shot = bar.grab().toImage();
    // Three quarters of the bar are one colour, the last one is another.
    const QColor first = shot.pixelColor(shot.width() / 10, 5);
    QCOMPARE(shot.pixelColor(shot.width() * 7 / 10, 5), first);
    QVERIFY(shot.pixelColor(shot.width() * 9 / 10, 5) != first);
    // A part that vanishes leaves the others their colours.
    bar.setParts({{"Disk", 0, "0"}, {"Nothing", 0, "0"}, {"Memory", 1, "1 MiB"}});
    QCOMPARE(bar.grab().toImage().pixelColor(10, 5), shot.pixelColor(shot.width() * 9 / 10, 5));
    // What is of the other parts has no place in the bar, but a line below it.
    bar.setParts({{"Disk", 1, "1 MiB"}, {"Early", 0, "7 KiB"}});
    QCOMPARE(bar.accessibleDescription(), "Disk 1 MiB, Early 7 KiB");
    QCOMPARE(bar.grab().toImage().pixelColor(bar.width() - 2, 5), first);
    bar.setParts({});
    bar.grab();  // nothing to show, nothing to divide by
}

void TestPanels::mapsChunks() {
    ChunkMap map({"zero", "stored"});
    ChunkMapImage disk{"Disk", 100'000, 100, QList<ChunkMapRun>(1000)};
    disk.runs[0].parts = {100, 0};
    disk.runs[999].parts = {1, 2};
    map.setImages({disk, {"Memory", 4, 1, QList<ChunkMapRun>(4)}});
    QCOMPARE(map.accessibleDescription(),
             QString("Disk, %1 chunks: zero 101, stored 2. Memory, 4 chunks: all as in the base.")
                 .arg(QLocale().toString(100'000)));
    for (const int width : {1, 60, 220, 1000}) {
        map.resize(width, map.sizeHint().height());
        map.grab();
        const QPoint first(2, map.fontMetrics().lineSpacing() + 2);
        if (width > 1) {
            QVERIFY2(map.textAt(first).startsWith("Disk, chunks 0 to "),
                     qPrintable(map.textAt(first)));
            QVERIFY(map.textAt(first).contains("zero 100"));
        }
        QCOMPARE(map.textAt(QPoint(width + 10, 2)), QString());
        QCOMPARE(map.textAt(QPoint(1, 1)), QString());  // a heading
    }
    const QImage shot = map.grab().toImage();
    const int top = map.fontMetrics().lineSpacing() + 2;
    QVERIFY(shot.pixelColor(2, top) != shot.pixelColor(8, top));
    map.setImages({});
    map.grab();
}

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
