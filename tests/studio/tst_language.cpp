// The studio in other languages: what is translated, and plurals.
#include <QApplication>
#include <QLabel>
#include <QMenuBar>
#include <QTest>
#include <memory>

#include "app/studio/host_findings.h"
#include "app/studio/language.h"
#include "app/studio/main_window.h"
#include "app/studio/manifest_text.h"
#include "app/studio/qt_text.h"
#include "app/studio/run_page.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestLanguage : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void speaksGerman();
    void countsInEnglish();
    void countsInGerman();
    void fallsBackToEnglish();

private:
    void speak(const QLocale& locale) {
        QLocale::setDefault(locale);
        installLanguage(locale);
    }

    std::unique_ptr<Scratch> m_scratch;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<StudioServices> m_services;
};

namespace {

QString vms(int count) {
    return MainWindow::tr("%n VM(s) run on from an earlier start.", nullptr, count);
}

QString findingsOf(int problems) {
    HostFindings findings(HostFindings::Show::everything);
    HostFinding problem;
    problem.state = HostFinding::State::problem;
    findings.showFindings(std::vector<HostFinding>(static_cast<std::size_t>(problems), problem));
    return findings.findChild<QLabel*>()->text();
}

}  // namespace

void TestLanguage::init() {
    m_scratch = std::make_unique<Scratch>();
    qputenv("XDG_CONFIG_HOME", m_scratch->path().c_str());
    m_catalog.emplace(Catalog::open(*m_scratch / "catalog").value());
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
}

void TestLanguage::cleanup() {
    m_services.reset();
    m_catalog.reset();
    m_scratch.reset();
    speak(QLocale::c());
}

void TestLanguage::speaksGerman() {
    speak(QLocale("de_DE"));
    const MainWindow window(*m_services);
    QStringList menus;
    for (const QAction* menu : window.menuBar()->actions()) menus << menu->text().remove('&');
    QCOMPARE(menus, QStringList({"Datei", "Bibliothek", "Ansicht", "Hilfe"}));
    QCOMPARE(window.currentPage()->title(), "Bibliothek");
    QCOMPARE(bytesText(1536), "1,50 KiB");
    QCOMPARE(durationText(0.25), "0,25 s");
}

void TestLanguage::countsInEnglish() {
    speak(QLocale("en_US"));
    QCOMPARE(vms(1), "1 VM runs on from an earlier start.");
    QCOMPARE(vms(2), "2 VMs run on from an earlier start.");
    QCOMPARE(findingsOf(1), "1 problem keeps VMs from running here.");
    QCOMPARE(findingsOf(3), "3 problems keep VMs from running here.");
    MachineSpec machine;
    machine.vcpus = 1;
    QVERIFY(machineText(machine).contains(", 1 processor,"));
    machine.vcpus = 2;
    QVERIFY(machineText(machine).contains(", 2 processors,"));
    QCOMPARE(bytesText(1536), "1.50 KiB");
}

void TestLanguage::countsInGerman() {
    speak(QLocale("de_AT"));
    QCOMPARE(vms(1), QString::fromUtf8("1 VM läuft von einem früheren Start weiter."));
    QCOMPARE(vms(2), QString::fromUtf8("2 VMs laufen von einem früheren Start weiter."));
}

// Of a language without translations, and of "C", the source's words with English plurals.
void TestLanguage::fallsBackToEnglish() {
    for (const QLocale& locale : {QLocale("ja_JP"), QLocale::c()}) {
        speak(locale);
        QCOMPARE(vms(2), "2 VMs run on from an earlier start.");
        QCOMPARE(RunPage::tr("St&op"), "St&op");
    }
}

QTEST_MAIN(TestLanguage)
#include "tst_language.moc"
