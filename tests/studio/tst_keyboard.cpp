// Every page and every dialog by keyboard alone: what can be pressed or filled in has a letter or a
// key of its own, and no letter stands for two things that are visible together. In each language.
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QStyleFactory>
#include <QTableView>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <memory>

#include "app/studio/author_dialogs.h"
#include "app/studio/author_page.h"
#include "app/studio/base_page.h"
#include "app/studio/cloudlets_page.h"
#include "app/studio/commands_dialog.h"
#include "app/studio/confirm.h"
#include "app/studio/host_dialog.h"
#include "app/studio/language.h"
#include "app/studio/library_page.h"
#include "app/studio/main_window.h"
#include "app/studio/overlay_page.h"
#include "app/studio/port_table.h"
#include "app/studio/push_dialog.h"
#include "app/studio/push_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_page.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"
#include "app/studio/survivor_page.h"
#include "engine/net/paired_servers.h"
#include "tests/catalog/base_fixture.h"
#include "tests/studio/picture.h"
#include "tests/studio/studio_parts.h"
#include "tests/support/scratch.h"
#include "widgets/action_bar.h"
#include "widgets/error_panel.h"
#include "widgets/notice_bar.h"
#include "widgets/stage_bar.h"
#include "widgets/type_text_dialog.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestKeyboard : public QObject {
    Q_OBJECT
public:
    void libraryPage();
    void emptyLibraryPage();
    void authorPage();
    void basePage();
    void overlayPage();
    void runPage();
    void pushPage();
    void remotePage();
    void survivorPage();
    void cloudletsPage();
    void menus();
    void authorDialog();
    void createOverlayDialog();
    void createBaseDialog();
    void installDialog();
    void portsDialog();
    void pushDialog();
    void typeTextDialog();
    void machineDialog();
    void logDialog();
    void commandsDialog();
    void pairQuestion();
    void tagsQuestion();
    void deleteBaseQuestion();
    void deleteOverlayQuestion();
    void closeQuestion();
    void openOverlayQuestion();
    void openBaseQuestion();
    void openDiskQuestion();
    void openDiscQuestion();
    void openRubbishNotice();

private slots:
    void initTestCase();
    void init();
    void cleanup();
    void givesEverythingAKey_data();
    void givesEverythingAKey();

private:
    void check(QWidget& window);
    void checkPage(Page* page, const QStringList& atEnd = {});
    void checkDialog(QDialog& dialog);
    void checkNextModal();
    void checkQuestionOf(const char* content, qsizetype size = -1);
    void fillLibrary();
    void chooseInLibrary(const QString& text);
    void trigger(const QString& text);
    void take(const QString& text, bool needed = true);

    std::unique_ptr<Scratch> m_scratch;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<StudioServices> m_services;
    std::unique_ptr<MainWindow> m_window;
    QMap<QString, QString> m_seen;  // letter, and what it presses
    QStringList m_problems;
    int m_checked = 0;
};

namespace {

using Surface = void (TestKeyboard::*)();

struct NamedSurface {
    const char* name;
    Surface show;
};

constexpr NamedSurface kSurfaces[] = {
    {"library", &TestKeyboard::libraryPage},
    {"empty", &TestKeyboard::emptyLibraryPage},
    {"author", &TestKeyboard::authorPage},
    {"base", &TestKeyboard::basePage},
    {"overlay", &TestKeyboard::overlayPage},
    {"run", &TestKeyboard::runPage},
    {"push", &TestKeyboard::pushPage},
    {"remote", &TestKeyboard::remotePage},
    {"survivor", &TestKeyboard::survivorPage},
    {"cloudlets", &TestKeyboard::cloudletsPage},
    {"menus", &TestKeyboard::menus},
    {"dialog-author", &TestKeyboard::authorDialog},
    {"dialog-create-overlay", &TestKeyboard::createOverlayDialog},
    {"dialog-create-base", &TestKeyboard::createBaseDialog},
    {"dialog-install", &TestKeyboard::installDialog},
    {"dialog-ports", &TestKeyboard::portsDialog},
    {"dialog-push", &TestKeyboard::pushDialog},
    {"dialog-type-text", &TestKeyboard::typeTextDialog},
    {"dialog-machine", &TestKeyboard::machineDialog},
    {"dialog-log", &TestKeyboard::logDialog},
    {"dialog-commands", &TestKeyboard::commandsDialog},
    {"question-pair", &TestKeyboard::pairQuestion},
    {"question-tags", &TestKeyboard::tagsQuestion},
    {"question-delete-base", &TestKeyboard::deleteBaseQuestion},
    {"question-delete-overlay", &TestKeyboard::deleteOverlayQuestion},
    {"question-close", &TestKeyboard::closeQuestion},
    {"question-open-overlay", &TestKeyboard::openOverlayQuestion},
    {"question-open-base", &TestKeyboard::openBaseQuestion},
    {"question-open-disk", &TestKeyboard::openDiskQuestion},
    {"question-open-disc", &TestKeyboard::openDiscQuestion},
    {"question-open-rubbish", &TestKeyboard::openRubbishNotice},
};

// Enter and Escape press these, or a key that its tool tip names.
bool hasKeyOfItsOwn(const QAbstractButton& button) {
    const auto* push = qobject_cast<const QPushButton*>(&button);
    if (push != nullptr && push->isDefault()) return true;
    const auto* tool = qobject_cast<const QToolButton*>(&button);
    if (tool != nullptr && tool->defaultAction() != nullptr) {
        return !tool->defaultAction()->shortcut().isEmpty();
    }
    auto* box = qobject_cast<QDialogButtonBox*>(button.parentWidget());
    return box != nullptr &&
           box->buttonRole(const_cast<QAbstractButton*>(&button)) == QDialogButtonBox::RejectRole;
}

// What a person fills in; a list is reached by Tab and is none.
bool isField(const QWidget& widget) {
    const auto* text = qobject_cast<const QPlainTextEdit*>(&widget);
    if (text != nullptr) return !text->isReadOnly();
    if (qobject_cast<const QLineEdit*>(&widget) != nullptr) {
        return qobject_cast<const QComboBox*>(widget.parentWidget()) == nullptr &&
               qobject_cast<const QAbstractSpinBox*>(widget.parentWidget()) == nullptr;
    }
    return qobject_cast<const QComboBox*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
           qobject_cast<const QTableView*>(&widget) != nullptr;
}

bool isOfTheSystem(const QWidget& widget) {
    return widget.objectName().startsWith("qt_") || widget.inherits("QHeaderView") ||
           widget.inherits("QTabBar");
}

}  // namespace

void TestKeyboard::initTestCase() {
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    QApplication::setApplicationName("cloudlet-studio-test");
    QApplication::setOrganizationName("cloudlet-studio-test");
}

void TestKeyboard::init() {
    m_scratch = std::make_unique<Scratch>();
    const QString place = toQt(m_scratch->path());
    qputenv("XDG_CONFIG_HOME", place.toUtf8());
    qputenv("XDG_DATA_HOME", place.toUtf8());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, place);
    StudioSettings::setOverlayFolder(place);
    m_catalog.emplace(Catalog::open(*m_scratch / "catalog").value());
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
    m_problems.clear();
    m_checked = 0;
}

void TestKeyboard::cleanup() {
    m_window.reset();
    m_services.reset();
    m_catalog.reset();
    m_scratch.reset();
    QLocale::setDefault(QLocale::c());
    installLanguage(QLocale::c());
}

// A letter that is taken already is a problem, and so is none where one is needed.
void TestKeyboard::take(const QString& text, bool needed) {
    const QString key = QKeySequence::mnemonic(text).toString();
    if (key.isEmpty()) {
        if (needed) m_problems << "no letter: " + text;
        return;
    }
    if (m_seen.contains(key)) m_problems << key + ": " + m_seen[key] + " and " + text;
    m_seen[key] = text;
}

void TestKeyboard::check(QWidget& window) {
    ++m_checked;
    m_seen.clear();
    if (const auto* menus = window.findChild<QMenuBar*>()) {
        for (const QAction* menu : menus->actions()) take(menu->text());
    }
    QSet<const QWidget*> named;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->window() != &window || isOfTheSystem(*widget)) continue;
        if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
            if (!button->text().isEmpty()) take(button->text(), !hasKeyOfItsOwn(*button));
        }
        const auto* label = qobject_cast<const QLabel*>(widget);
        if (label == nullptr || label->buddy() == nullptr) continue;
        // A row of a form that is only read has a buddy, too.
        if ((label->buddy()->focusPolicy() & Qt::TabFocus) == 0) continue;
        take(label->text());
        named << label->buddy();
    }
    if (qobject_cast<QDialog*>(&window) == nullptr) return;  // a page's only field has Ctrl+F
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || !isField(*widget) || named.contains(widget)) continue;
        m_problems << QString("no label: ") + widget->metaObject()->className() + ' ' +
                          widget->accessibleName();
    }
}

// All that can stand on the page together; `atEnd` stands there only when its guest has ended.
void TestKeyboard::checkPage(Page* page, const QStringList& atEnd) {
    if (page->window() != m_window.get()) m_window->addPage(page);
    m_window->findChild<NoticeBar*>()->showNotice("notice", MainWindow::tr("&Show"));
    for (auto* stage : page->findChildren<StageBar*>()) stage->show();
    for (auto* error : page->findChildren<ErrorPanel*>()) {
        error->showError("sentence", "details");
        if (qobject_cast<GuestPage*>(page) == nullptr) continue;
        for (const char* offer : {"R&etry", "&Back to the console", "Discard the g&uest…"}) {
            error->offer(GuestPage::tr(offer), [] {});
        }
    }
    for (auto* notice : page->findChildren<NoticeBar*>()) {
        notice->showNotice("notice", LibraryPage::tr("&Undo"));
    }
    const auto showActions = [&](bool ended) {
        for (auto* bar : page->findChildren<ActionBar*>()) {
            for (QAction* action : bar->actions()) {
                if (bar->parent() == page)
                    action->setVisible(atEnd.contains(action->text()) == ended);
            }
        }
        check(*m_window);
    };
    showActions(false);
    if (atEnd.isEmpty()) return;
    for (auto* error : page->findChildren<ErrorPanel*>()) error->showError("sentence", "details");
    showActions(true);
}

void TestKeyboard::checkDialog(QDialog& dialog) {
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    check(dialog);
    // In the language that pictures are taken in; a row's name begins with its own.
    const QString row = QTest::currentDataTag();
    const QString wanted = qEnvironmentVariable("LC_ALL").startsWith("de") ? "de " : "en ";
    if (row.startsWith(wanted)) picture(dialog, row.mid(wanted.size()));
    dialog.reject();
}

void TestKeyboard::checkNextModal() {
    auto* timer = new QTimer(this);
    timer->start(10);
    connect(timer, &QTimer::timeout, this, [this, timer] {
        auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
        if (dialog == nullptr) return;
        timer->stop();
        timer->deleteLater();
        checkDialog(*dialog);
    });
}

void TestKeyboard::fillLibrary() {
    const BaseRecord base = addBase(*m_catalog, "letters", "AAB0C").value();
    OverlayRecord overlay;
    overlay.path = *m_scratch / "redis.cloudlet";
    overlay.base = base.id;
    overlay.title = "redis";
    writeWholeFile(overlay.path, asBytes("no overlay")).value();
    m_catalog->recordOverlay(overlay).value();
    m_window->library().reload();
    QTRY_COMPARE(m_window->library().model().rowCount(), 1);
}

void TestKeyboard::chooseInLibrary(const QString& text) {
    fillLibrary();
    auto* view = m_window->findChild<QTreeView*>("libraryTree");
    const QModelIndex found = rowOf(*view->model(), text);
    QVERIFY(found.isValid());
    view->setCurrentIndex(found);
}

void TestKeyboard::trigger(const QString& text) {
    for (QAction* each : m_window->library().libraryActions()) {
        if (each->text() == text) return each->trigger();
    }
    QFAIL(qPrintable(text));
}

void TestKeyboard::libraryPage() {
    fillLibrary();
    checkPage(&m_window->library());
}

void TestKeyboard::emptyLibraryPage() {
    QTRY_VERIFY(m_window->library().findChild<QStackedWidget*>()->currentIndex() == 1);
    HostFinding problem;
    problem.state = HostFinding::State::problem;
    m_window->library().findChild<HostFindings*>()->showFindings({problem});
    checkPage(&m_window->library());
}

void TestKeyboard::authorPage() {
    AuthorOrder order;
    order.base = "nothing";
    checkPage(
        new AuthorPage(*m_services, order),
        {AuthorPage::tr("R&un it here"), AuthorPage::tr("&Inspect"), AuthorPage::tr("&Push to…")});
}

void TestKeyboard::basePage() {
    BaseOrder order;
    order.name = "nothing";
    order.file = toQt(*m_scratch / "nothing.raw");
    checkPage(new BasePage(*m_services, order));
}

void TestKeyboard::overlayPage() {
    checkPage(new OverlayPage(*m_services, toQt(*m_scratch / "nothing.cloudlet")));
}

void TestKeyboard::runPage() {
    checkPage(new RunPage(*m_services, toQt(*m_scratch / "nothing.cloudlet")),
              {RunPage::tr("Run a&gain")});
}

void TestKeyboard::pushPage() {
    const PushOrder order{toQt(*m_scratch / "nothing.cloudlet"), silentServer("edge"), false,
                          std::nullopt};
    checkPage(new PushPage(*m_services, order));
}

void TestKeyboard::remotePage() {
    checkPage(new RemotePage(silentServer("edge"), {}));
}

void TestKeyboard::survivorPage() {
    checkPage(new SurvivorPage(*m_services, {}));
}

void TestKeyboard::cloudletsPage() {
    checkPage(new CloudletsPage);
}

void TestKeyboard::menus() {
    for (const QAction* each : m_window->menuBar()->actions()) {
        m_seen.clear();
        for (const QAction* action : each->menu()->actions()) {
            if (!action->isSeparator()) take(action->text());
        }
        ++m_checked;
    }
}

void TestKeyboard::authorDialog() {
    StartAuthorDialog dialog("tiny");
    checkDialog(dialog);
}

void TestKeyboard::createOverlayDialog() {
    CreateOverlayDialog dialog("web page", {2 << 20, 20 << 20, {}});
    checkDialog(dialog);
}

void TestKeyboard::createBaseDialog() {
    CreateBaseDialog dialog("/srv/images/debian-12.qcow2", false);
    checkDialog(dialog);
}

void TestKeyboard::installDialog() {
    CreateBaseDialog dialog("/srv/images/debian-12-netinst.iso", true);
    checkDialog(dialog);
}

void TestKeyboard::portsDialog() {
    PortDialog dialog({{PortForward::Protocol::tcp, 0, 8080},
                       {PortForward::Protocol::tcp, 2222, 22},
                       {PortForward::Protocol::udp, 2222, 53}});
    checkDialog(dialog);
}

void TestKeyboard::pushDialog() {
    PairedServers().add(silentServer("edge")).value();
    PushDialog dialog(*m_services, toQt(*m_scratch / "nothing.cloudlet"));
    checkDialog(dialog);
}

void TestKeyboard::typeTextDialog() {
    TypeTextDialog dialog;
    checkDialog(dialog);
}

void TestKeyboard::machineDialog() {
    HostDialog dialog(*m_services);
    HostFinding problem;
    problem.state = HostFinding::State::problem;
    dialog.findChild<HostFindings*>()->showFindings({problem});
    dialog.show();
    check(dialog);
}

void TestKeyboard::logDialog() {
    StudioLog log;
    log.add("The overlay \"web page\" is in /srv/web-page.cloudlet, 1.95 MiB large.");
    log.show(m_window.get());
    auto* dialog = m_window->findChild<QDialog*>();
    QVERIFY(dialog != nullptr);
    checkDialog(*dialog);
}

void TestKeyboard::commandsDialog() {
    CommandsDialog dialog(CommandLines::ofOverlay("/srv/web page.cloudlet"));
    checkDialog(dialog);
}

void TestKeyboard::pairQuestion() {
    CloudletsPage page;
    checkNextModal();
    page.pair();
}

void TestKeyboard::tagsQuestion() {
    chooseInLibrary("redis");
    checkNextModal();
    trigger(LibraryPage::tr("Ta&gs…"));
}

void TestKeyboard::deleteBaseQuestion() {
    chooseInLibrary("letters");
    checkNextModal();
    trigger(LibraryPage::tr("&Delete…"));
}

void TestKeyboard::deleteOverlayQuestion() {
    chooseInLibrary("redis");
    checkNextModal();
    trigger(LibraryPage::tr("&Delete…"));
}

void TestKeyboard::closeQuestion() {
    checkNextModal();
    QVERIFY(!confirm(m_window.get(), MainWindow::tr("Close all the same?"), "consequence",
                     MainWindow::tr("&Close")));
}

void TestKeyboard::checkQuestionOf(const char* content, qsizetype size) {
    const fs::path file = *m_scratch / "some file";
    const QByteArray bytes(content, size);
    writeWholeFile(file, asBytes({bytes.data(), static_cast<std::size_t>(bytes.size())})).value();
    checkNextModal();
    m_window->openFile(toQt(file));
    QTRY_COMPARE(m_checked, 1);
}

void TestKeyboard::openOverlayQuestion() {
    checkQuestionOf(
        "\x89"
        "CLOV\r\n\x1a");
}

void TestKeyboard::openBaseQuestion() {
    checkQuestionOf("CLDBASE1");
}

void TestKeyboard::openDiskQuestion() {
    checkQuestionOf("QFI\xfb");
}

// An ISO 9660 image says what it is in its seventeenth sector.
void TestKeyboard::openDiscQuestion() {
    QByteArray disc(17 * 2048, '\0');
    disc.replace(16 * 2048, 6,
                 "\x01"
                 "CD001");
    checkQuestionOf(disc.data(), disc.size());
}

void TestKeyboard::openRubbishNotice() {
    checkQuestionOf("rubbish");
}

void TestKeyboard::givesEverythingAKey_data() {
    QTest::addColumn<QString>("language");
    QTest::addColumn<int>("surface");
    for (const char* language : {"en", "de"}) {
        for (int i = 0; i < static_cast<int>(std::size(kSurfaces)); ++i) {
            QTest::addRow("%s %s", language, kSurfaces[i].name) << language << i;
        }
    }
}

void TestKeyboard::givesEverythingAKey() {
    QFETCH(QString, language);
    QFETCH(int, surface);
    QLocale::setDefault(QLocale(language));
    installLanguage(QLocale(language));
    m_window = std::make_unique<MainWindow>(*m_services);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    (this->*kSurfaces[surface].show)();
    QVERIFY(m_checked > 0);
    QVERIFY2(m_problems.isEmpty(), qPrintable(m_problems.join(u'\n')));
}

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
