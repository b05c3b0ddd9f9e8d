// The page that makes a base VM, and the dialog before it; without a guest. With one: tst_studio.
#include <QAction>
#include <QApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QTimer>
#include <memory>

#include "app/studio/base_page.h"
#include "app/studio/qt_text.h"
#include "tests/studio/studio_parts.h"
#include "tests/support/scratch.h"
#include "widgets/error_panel.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestBasePage : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QTest::failOnWarning(QRegularExpression("^(?!This plugin does not).*")); }
    void asksForAMachine();
    void asksForADiskToInstallOnto();
    void needsAName();
    void saysWhyThereIsNoBase();
    void asksBeforeItDiscards();
    void saysItsCommand_data();
    void saysItsCommand();

private:
    const Scratch m_scratch;
    Catalog m_catalog{Catalog::open(m_scratch / "catalog").value()};
    StudioServices m_services{m_catalog, ""};
};

namespace {

BaseOrder order(const QString& file) {
    BaseOrder order;
    order.name = "my base";
    order.file = file;
    order.memoryBytes = 1 << 30;
    order.diskBytes = quint64{8} << 30;
    order.vcpus = 2;
    return order;
}

QAction* action(const BasePage& page, const QString& text) {
    for (QAction* each : page.findChildren<QAction*>()) {
        if (each->text().remove('&') == text) return each;
    }
    qFatal("there is no action %s", qPrintable(text));
}

}  // namespace

void TestBasePage::asksForAMachine() {
    const CreateBaseDialog dialog("/srv/images/debian-12.qcow2", false);
    const BaseOrder asked = dialog.order();
    QCOMPARE(asked.name, "debian-12");
    QCOMPARE(asked.file, "/srv/images/debian-12.qcow2");
    QVERIFY(!asked.isInstaller);
    QCOMPARE(asked.memoryBytes, quint64{1} << 30);
    QCOMPARE(asked.vcpus, 1U);
}

void TestBasePage::asksForADiskToInstallOnto() {
    CreateBaseDialog dialog("/srv/images/netinst.iso", true);
    dialog.show();
    for (auto* box : dialog.findChildren<QSpinBox*>()) {
        if (box->suffix() == " GiB") box->setValue(20);
        if (box->suffix() == " MiB") box->setValue(512);
    }
    QVERIFY(dialog.order().isInstaller);
    QCOMPARE(dialog.order().diskBytes, quint64{20} << 30);
    QCOMPARE(dialog.order().memoryBytes, quint64{512} << 20);
}

void TestBasePage::needsAName() {
    CreateBaseDialog dialog("/srv/images/debian-12.qcow2", false);
    const auto* start = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    QVERIFY(start->isEnabled());
    dialog.findChild<QLineEdit*>()->setText("  ");
    QVERIFY(!start->isEnabled());
    dialog.findChild<QLineEdit*>()->setText(" name ");
    QVERIFY(start->isEnabled());
    QCOMPARE(dialog.order().name, "name");
}

void TestBasePage::saysWhyThereIsNoBase() {
    BasePage page(m_services, order(toQt(m_scratch / "no such.raw")));
    QSignalSpy ended(&page, &Page::jobEnded);
    QSignalSpy changed(&page, &Page::libraryChanged);
    page.show();
    QCOMPARE(page.title(), "Base: my base");
    QVERIFY(page.wouldLose().contains("my base"));
    const auto* error = page.findChild<ErrorPanel*>();
    QTRY_VERIFY_WITH_TIMEOUT(error->isVisible(), 60'000);
    QVERIFY2(error->copyText().contains("no such.raw"), qPrintable(error->copyText()));
    QVERIFY(page.wouldLose().isEmpty());
    QVERIFY(!action(page, "Create base")->isVisible());
    QVERIFY(!action(page, "Discard…")->isVisible());
    QCOMPARE(ended.size(), 1);
    QCOMPARE(changed.size(), 0);
    QVERIFY(m_catalog.bases()->empty());
}

// An installation of an hour does not end by one wrong click.
void TestBasePage::asksBeforeItDiscards() {
    BasePage page(m_services, order(toQt(m_scratch / "no such.raw")));
    page.show();
    QString asked;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&asked] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        if (box == nullptr) return;
        asked = box->text();
        QCOMPARE(box->buttonRole(box->defaultButton()), QMessageBox::RejectRole);
        box->reject();
    });
    timer.start(10);
    action(page, "Discard…")->trigger();
    QVERIFY2(asked.contains("my base"), qPrintable(asked));
    QVERIFY(!page.job().job().isCancelling());
    QTRY_VERIFY_WITH_TIMEOUT(!page.job().job().isRunning(), 60'000);
    QCOMPARE(page.job().job().state(), Job::State::failed);
}

void TestBasePage::saysItsCommand_data() {
    QTest::addColumn<bool>("isInstaller");
    QTest::addColumn<bool>("clean");
    QTest::addColumn<QString>("command");
    QTest::newRow("not cleaned")
        << false << false
        << "cloudlet base '/no such' --name 'my base' --memory 1024M --vcpus 2 --no-clean";
    QTest::newRow("disk") << false << true
                          << "cloudlet base '/no such' --name 'my base' --memory 1024M --vcpus 2";
    QTest::newRow("disc") << true << true
                          << "cloudlet base --cdrom '/no such' --new-disk 8G --name 'my base' "
                             "--memory 1024M --vcpus 2";
}

void TestBasePage::saysItsCommand() {
    QFETCH(bool, isInstaller);
    QFETCH(bool, clean);
    BaseOrder wanted = order("/no such");
    wanted.isInstaller = isInstaller;
    wanted.clean = clean;
    const BasePage page(m_services, wanted);
    QTEST(firstLine(page), "command");
}

QTEST_MAIN(TestBasePage)
#include "tst_base_page.moc"
