// The studio in other languages: what is translated, plurals, and keys that stay unambiguous.
#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QMap>
#include <QMenuBar>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTest>
#include <memory>

#include "app/studio/author_page.h"
#include "app/studio/cloudlets_page.h"
#include "app/studio/host_findings.h"
#include "app/studio/language.h"
#include "app/studio/main_window.h"
#include "app/studio/manifest_text.h"
#include "app/studio/overlay_page.h"
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
    void hasNoKeyTwiceOnAPage_data();
    void hasNoKeyTwiceOnAPage();

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

// Of pages that stand behind one another only the front one counts.
bool isBehind(const QWidget* widget) {
    for (; widget->parentWidget() != nullptr; widget = widget->parentWidget()) {
        const auto* stack = qobject_cast<QStackedWidget*>(widget->parentWidget());
        const bool isTab = stack != nullptr && qobject_cast<QTabWidget*>(stack->parentWidget());
        if (stack != nullptr && !isTab && stack->currentWidget() != widget) return true;
    }
    return false;
}

// Alt and which letter presses it, of the buttons of a page and of the window's menus.
QStringList keysOf(const QMainWindow& window, const QWidget& page) {
    QStringList keys;
    const auto add = [&keys](const QString& text) {
        const QKeySequence key = QKeySequence::mnemonic(text);
        if (!key.isEmpty()) keys << key.toString() + u' ' + text;
    };
    for (const QAction* menu : window.menuBar()->actions()) add(menu->text());
    for (const auto* button : page.findChildren<QAbstractButton*>()) {
        if (button->window() == &window && !isBehind(button)) add(button->text());
    }
    return keys;
}

QStringList keysTwice(const QMainWindow& window, const Page& page) {
    QStringList twice;
    QMap<QString, QString> seen;
    for (const QString& key : keysOf(window, page)) {
        const QString letter = key.section(u' ', 0, 0);
        if (seen.contains(letter)) {
            twice << page.title() + QStringLiteral(": ") + seen[letter] + u' ' + key;
        }
        seen.insert(letter, key);
    }
    return twice;
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
    QCOMPARE(menus, QStringList({"Datei", "Bibliothek", "Cloudlets", "Hilfe"}));
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

void TestLanguage::hasNoKeyTwiceOnAPage_data() {
    QTest::addColumn<QString>("language");
    QTest::newRow("English") << "en";
    QTest::newRow("German") << "de";
}

void TestLanguage::hasNoKeyTwiceOnAPage() {
    QFETCH(QString, language);
    speak(QLocale(language));
    MainWindow window(*m_services);
    const QString nothing = toQt(*m_scratch / "nothing.cloudlet");
    QList<Page*> pages{window.currentPage(), new OverlayPage(*m_services, nothing),
                       new RunPage(*m_services, nothing), new CloudletsPage};
    AuthorOrder order;
    order.base = "nothing";
    pages << new AuthorPage(*m_services, order);
    QStringList twice;
    for (Page* page : pages) {
        if (page != window.currentPage()) window.addPage(page);
        auto* stack = page->findChild<QStackedWidget*>();
        for (int front = 0; front < (stack != nullptr ? stack->count() : 1); ++front) {
            if (stack != nullptr) stack->setCurrentIndex(front);
            twice += keysTwice(window, *page);
        }
    }
    QVERIFY2(twice.isEmpty(), qPrintable(twice.join(u'\n')));
}

QTEST_MAIN(TestLanguage)
#include "tst_language.moc"
