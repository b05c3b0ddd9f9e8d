// The window and its pages on real catalogs, without a VM.
#include <QAccessibleInterface>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTableWidget>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <memory>
#include <numeric>

#include "app/studio/author_dialogs.h"
#include "app/studio/library_page.h"
#include "app/studio/main_window.h"
#include "app/studio/overlay_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"
#include "app/studio/survivor_page.h"
#include "engine/catalog/overlay_table.h"
#include "engine/jobs/import_overlay.h"
#include "tests/catalog/base_fixture.h"
#include "tests/overlay/letter_images.h"
#include "tests/studio/studio_parts.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"
#include "widgets/error_panel.h"
#include "widgets/notice_bar.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestPages : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void offersTheSampleWhereNothingIs();
    void showsWhatIsThere();
    void enablesWhatMakesSense();
    void searches();
    void deletesABaseWhenAsked();
    void namesWhatNeedsABase();
    void readsThousandOverlays();
    void runsNoOverlayThatIsNone();
    void asksWhatToDoWithAFile_data();
    void asksWhatToDoWithAFile();
    void addsAnOverlayToTheLibrary();
    void trashesAndBringsBack();
    void tags();
    void inspects();
    void inspectsOnlyOnce();
    void readsAgainWhatAJobHasChanged();
    void saysWhatCannotBeInspected();
    void endsAVmThatWasLeft();
    void keepsALog();
    void copiesTheCommand();
    void namesEveryFocusableWidget();
    void hasNoTwoEqualShortcuts();
    void asksForAnOverlaysFile();
    void refusesWhereThereIsNoRoom();
    void quotesForAShell();
    void remembersFiles();

private:
    BaseRecord addBaseNamed(const std::string& name) {
        return addBase(*m_catalog, name, "AAB0C").value();
    }
    void addOverlay(const BaseRecord& base, const std::string& title);
    void open();
    QString addRealOverlay(const std::string& title);
    QTreeView* tree() { return m_window->findChild<QTreeView*>("libraryTree"); }
    void choose(const QString& text);
    QAction* action(const QString& text);
    void answerWith(const QString& button);
    void acceptFile();

    std::unique_ptr<Scratch> m_scratch;
    std::optional<Catalog> m_catalog;
    std::unique_ptr<StudioServices> m_services;
    std::unique_ptr<MainWindow> m_window;
    QString m_asked;  // what the last message box said
};

void TestPages::initTestCase() {
    QApplication::setApplicationName("cloudlet-studio-test");
    QApplication::setOrganizationName("cloudlet-studio-test");
    QTest::failOnWarning(QRegularExpression("^(?!This plugin does not support).*"));
}

void TestPages::init() {
    m_scratch = std::make_unique<Scratch>();
    qputenv("XDG_CONFIG_HOME", m_scratch->path().c_str());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, toQt(m_scratch->path()));
    m_catalog.emplace(Catalog::open(*m_scratch / "catalog").value());
    m_services = std::make_unique<StudioServices>(*m_catalog, "");
}

void TestPages::cleanup() {
    m_window.reset();
    m_services.reset();
    m_catalog.reset();
    m_scratch.reset();
}

void TestPages::addOverlay(const BaseRecord& base, const std::string& title) {
    OverlayRecord overlay;
    overlay.path = *m_scratch / (title + ".cloudlet");
    overlay.base = base.id;
    overlay.title = title;
    overlay.size = title.size();
    writeWholeFile(overlay.path, asBytes(title)).value();
    m_catalog->recordOverlay(overlay).value();
}

void TestPages::open() {
    m_window = std::make_unique<MainWindow>(*m_services);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    const std::size_t bases = m_catalog->bases()->size();
    QTRY_COMPARE(static_cast<std::size_t>(m_window->library().model().rowCount()), bases);
}

void TestPages::choose(const QString& text) {
    QTreeView* view = tree();
    const QModelIndex found = rowOf(*view->model(), text);
    QVERIFY(found.isValid());
    view->setCurrentIndex(found);
}

QAction* TestPages::action(const QString& text) {
    for (QAction* each : m_window->library().libraryActions()) {
        if (each->text().remove('&').remove(QChar(0x2026)) == text) return each;
    }
    qFatal("there is no action %s", qPrintable(text));
}

// The next message box is read and answered, once it is there.
void TestPages::answerWith(const QString& button) {
    m_asked.clear();
    auto* timer = new QTimer(this);
    timer->start(20);
    connect(timer, &QTimer::timeout, this, [this, timer, button] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        if (box == nullptr) return;
        timer->deleteLater();
        timer->stop();
        m_asked = box->text() + '\n' + box->informativeText();
        for (QAbstractButton* each : box->buttons()) {
            if (each->text().remove('&') == button) return each->click();
        }
        box->reject();
    });
}

// The next dialog that asks for a file gets the one that it offers.
void TestPages::acceptFile() {
    auto* timer = new QTimer(this);
    timer->start(20);
    connect(timer, &QTimer::timeout, this, [timer] {
        auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
        if (dialog == nullptr) return;
        timer->deleteLater();
        timer->stop();
        QMetaObject::invokeMethod(dialog, "accept");
    });
}

void TestPages::offersTheSampleWhereNothingIs() {
    open();
    QPushButton* sample = nullptr;
    for (QPushButton* button : m_window->findChildren<QPushButton*>()) {
        if (button->text() == "&Build the sample base") sample = button;
    }
    QVERIFY(sample != nullptr);
    QTRY_VERIFY(sample->isVisible());
    QVERIFY(!tree()->isVisible());
}

void TestPages::showsWhatIsThere() {
    const BaseRecord base = addBaseNamed("letters");
    addOverlay(base, "redis");
    open();
    QTRY_VERIFY(tree()->isVisible());
    choose("redis");
    // What is no overlay inside says so beside the list, not in a box that must be closed.
    QTRY_VERIFY([this] {
        for (const QLabel* label : m_window->findChildren<QLabel*>()) {
            if (label->isVisible() && label->text().contains("redis.cloudlet") &&
                label->text().contains("overlay")) {
                return true;
            }
        }
        return false;
    }());
}

void TestPages::enablesWhatMakesSense() {
    const BaseRecord base = addBaseNamed("letters");
    addOverlay(base, "redis");
    open();
    choose("letters");
    QVERIFY(action("Author")->isEnabled());
    QVERIFY(!action("Run")->isEnabled());
    QVERIFY(action("Export")->isEnabled());
    choose("redis");
    QVERIFY(!action("Author")->isEnabled());
    QVERIFY(action("Run")->isEnabled());
    QVERIFY(action("Export")->isEnabled());
    fs::remove(*m_scratch / "redis.cloudlet");
    m_window->library().reload();
    QTRY_VERIFY(!action("Run")->isEnabled());
    QVERIFY(!action("Export")->isEnabled());
}

void TestPages::searches() {
    const BaseRecord base = addBaseNamed("letters");
    addBaseNamed("numbers");
    addOverlay(base, "redis");
    addOverlay(base, "web server");
    open();
    auto* search = m_window->findChild<QLineEdit*>();
    QTreeView* view = tree();
    QTest::keyClicks(search, "SERVER");
    QCOMPARE(view->model()->rowCount(), 1);
    QCOMPARE(view->model()->rowCount(view->model()->index(0, 0)), 1);
    search->clear();
    QCOMPARE(view->model()->rowCount(), 2);
}

void TestPages::deletesABaseWhenAsked() {
    addBaseNamed("letters");
    open();
    choose("letters");
    answerWith("Cancel");
    action("Delete")->trigger();
    QVERIFY(m_asked.contains("letters"));
    QCOMPARE(m_catalog->bases()->size(), std::size_t{1});
    answerWith("Delete");
    action("Delete")->trigger();
    QTRY_COMPARE(m_catalog->bases()->size(), std::size_t{0});
    QTRY_COMPARE(m_window->library().model().rowCount(), 0);
}

void TestPages::namesWhatNeedsABase() {
    const BaseRecord base = addBaseNamed("letters");
    addOverlay(base, "redis");
    open();
    choose("letters");
    answerWith("Delete");
    action("Delete")->trigger();
    QVERIFY(m_asked.contains("redis"));
    auto* error = m_window->library().findChild<ErrorPanel*>();
    QTRY_VERIFY(error->isVisible());
    QVERIFY2(error->sentence().contains("redis"), qPrintable(error->sentence()));
    QCOMPARE(m_catalog->bases()->size(), std::size_t{1});
}

void TestPages::readsThousandOverlays() {
    const BaseRecord base = addBaseNamed("letters");
    VALUE(database, Database::open(m_catalog->layout().database(), Database::Access::readWrite));
    EXPECT_OK(database->write([&](SQLite::Database& connection) -> Result<void> {
        for (int i = 0; i < 1000; ++i) {
            OverlayRecord overlay;
            overlay.path = *m_scratch / ("o" + std::to_string(i));
            overlay.base = base.id;
            overlay.title = "overlay " + std::to_string(i);
            overlayTable::put(connection, overlay);
        }
        return {};
    }));
    open();
    QTRY_COMPARE(m_window->library().model().rowCount(m_window->library().model().index(0, 0)),
                 1000);
}

void TestPages::runsNoOverlayThatIsNone() {
    const fs::path file = *m_scratch / "rubbish.cloudlet";
    EXPECT_OK(writeWholeFile(file, asBytes("this is no overlay")));
    open();
    m_window->openOverlay(toQt(file));
    auto* page = qobject_cast<RunPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    QTRY_COMPARE(page->job().phase(), GuestJob::Phase::ended);
    auto* error = page->findChild<ErrorPanel*>();
    QVERIFY(error->isVisible());
    QVERIFY2(error->sentence().contains("rubbish.cloudlet"), qPrintable(error->sentence()));
    QVERIFY(page->wouldLose().isEmpty());
}

// One that can be read; its base is in no catalog.
QString TestPages::addRealOverlay(const std::string& title) {
    const Workshop shop;
    const BaseImages base = shop.base({letters("ABCDEFGH"), letters("M0")});
    const Bytes bytes = shop.encode(base, {letters("AxCD0FGHYY"), letters("MZ")},
                                    [&](EncodeInput& input) { input.title = title; });
    const fs::path file = *m_scratch / (title + ".cloudlet");
    writeWholeFile(file, bytes).value();
    return toQt(file);
}

void TestPages::asksWhatToDoWithAFile_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("said");
    QTest::newRow("overlay") << QByteArray(
                                    "\x89"
                                    "CLOV\r\n\x1a")
                             << "a VM overlay";
    QTest::newRow("base") << QByteArray("CLDBASE1") << "a base package";
    QTest::newRow("disk") << QByteArray("QFI\xfb") << "can be booted";
    QTest::newRow("rubbish") << QByteArray("rubbish") << "The studio opens";
}

void TestPages::asksWhatToDoWithAFile() {
    QFETCH(QByteArray, content);
    QFETCH(QString, said);
    open();
    const fs::path file = *m_scratch / "some file";
    writeWholeFile(file, asBytes({content.data(), static_cast<std::size_t>(content.size())}))
        .value();
    answerWith("Cancel");
    m_window->openFile(toQt(file));
    QTRY_VERIFY2(m_asked.contains(said), qPrintable(m_asked));
    QVERIFY(m_asked.contains("some file"));
    QCOMPARE(m_window->currentPage(), &m_window->library());
}

void TestPages::addsAnOverlayToTheLibrary() {
    const QString file = addRealOverlay("letters");
    open();
    answerWith("Add to the library");
    m_window->openFile(file);
    QTRY_COMPARE(m_catalog->overlays()->size(), std::size_t{1});
    QTRY_VERIFY(m_window->library().model().find(file).isValid());
}

void TestPages::trashesAndBringsBack() {
    qputenv("XDG_DATA_HOME", m_scratch->path().c_str());
    const QString file = addRealOverlay("letters");
    must(importOverlay(*m_catalog, toPath(file)));
    must(m_catalog->setTags(toPath(file), {"kept"}));
    m_window = std::make_unique<MainWindow>(*m_services);
    m_window->show();
    QTRY_VERIFY(m_window->library().model().find(file).isValid());
    choose("letters");
    answerWith("Move to trash");
    action("Delete")->trigger();
    QTRY_VERIFY(!QFile::exists(file));
    QTRY_VERIFY(m_catalog->overlays()->empty());
    auto* notice = m_window->library().findChild<NoticeBar*>();
    QTRY_VERIFY(notice->isVisible());
    QVERIFY(notice->sentence().contains("letters"));
    notice->activated();
    QTRY_VERIFY(QFile::exists(file));
    QTRY_COMPARE(m_catalog->overlays()->size(), std::size_t{1});
    QTRY_COMPARE(m_catalog->tags()->size(), std::size_t{1});
    qunsetenv("XDG_DATA_HOME");
}

void TestPages::tags() {
    const BaseRecord base = addBaseNamed("letters");
    addOverlay(base, "redis");
    open();
    choose("redis");
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [] {
        auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
        if (dialog == nullptr) return;
        dialog->setTextValue("web,  demo");
        dialog->accept();
    });
    timer.start(20);
    action("Tags")->trigger();
    QTRY_COMPARE(m_catalog->tags()->size(), std::size_t{1});
    const std::vector<std::string> wanted{"demo", "web"};
    QCOMPARE(m_catalog->tags()->begin()->second, wanted);
    QTRY_COMPARE(m_window->library().model().library().first().overlays.first().tags,
                 (QStringList{"demo", "web"}));
}

void TestPages::inspects() {
    const QString file = addRealOverlay("letters");
    open();
    m_window->inspect(file);
    auto* page = qobject_cast<OverlayPage*>(m_window->currentPage());
    QVERIFY(page != nullptr);
    auto* table = page->findChild<QTableWidget*>();
    QTRY_COMPARE(table->rowCount(), 5);
    const auto total = static_cast<std::uint64_t>(QFileInfo(file).size());
    QCOMPARE(table->item(4, table->columnCount() - 1)->text(), bytesText(total));
    QCOMPARE(page->title(), "Overlay: letters");
    // Its base is in no catalog: what the guest's files are, nobody can say.
    QTRY_VERIFY([page] {
        for (const QLabel* label : page->findChildren<QLabel*>()) {
            if (label->text().startsWith("Not readable: ")) return true;
        }
        return false;
    }());
    QVERIFY(!page->findChild<ErrorPanel*>()->isVisible());
    QCOMPARE(firstLine(*page), "cloudlet info-overlay " + file + " --files");
    VALUE(facts, readOverlayFacts(file));
    QCOMPARE(facts.total(), quint64{total});
    const Composition& disk = facts.details.manifest.of(ImageKind::disk);
    quint64 counted = 0;
    for (const auto& run : facts.maps[0].runs) {
        counted += std::accumulate(run.begin(), run.end(), quint64{0});
    }
    QCOMPARE(counted, quint64{disk.changed()});
}

void TestPages::inspectsOnlyOnce() {
    const QString file = addRealOverlay("letters");
    open();
    m_window->inspect(file);
    const Page* page = m_window->currentPage();
    m_window->findChild<QTabWidget*>()->setCurrentIndex(0);
    m_window->inspect(file);
    QCOMPARE(m_window->currentPage(), page);
}

// A job that ends while the guest's files are still being read.
void TestPages::readsAgainWhatAJobHasChanged() {
    const QString file = addRealOverlay("letters");
    open();
    VALUE(other, Database::open(m_catalog->layout().database(), Database::Access::readWrite));
    const auto run = [&other = *other](const char* statement) {
        must(other.read([&](auto& connection) -> Result<void> {
            connection.exec(statement);
            return {};
        }));
    };
    run("BEGIN EXCLUSIVE");  // whoever asks the catalog for the base waits
    m_window->inspect(file);
    Page* page = m_window->currentPage();
    auto* table = page->findChild<QTableWidget*>();
    QTRY_COMPARE(table->rowCount(), 5);
    table->setRowCount(0);
    fs::create_directory(*m_scratch / "copies");
    StudioSettings::setOverlayFolder(toQt(*m_scratch / "copies"));
    acceptFile();
    for (QAction* each : page->findChildren<QAction*>()) {
        if (each->text() == "&Export…") each->trigger();
    }
    QTRY_VERIFY(page->findChild<NoticeBar*>()->isVisible());
    QVERIFY(fs::exists(*m_scratch / "copies" / "letters.cloudlet"));
    QCOMPARE(table->rowCount(), 0);
    run("ROLLBACK");
    QTRY_COMPARE(table->rowCount(), 5);
}

void TestPages::saysWhatCannotBeInspected() {
    const fs::path file = *m_scratch / "rubbish.cloudlet";
    EXPECT_OK(writeWholeFile(file, asBytes("this is no overlay")));
    open();
    m_window->inspect(toQt(file));
    auto* error = m_window->currentPage()->findChild<ErrorPanel*>();
    QTRY_VERIFY(error->isVisible());
    QVERIFY(error->copyText().contains("rubbish.cloudlet"));
}

// Here without the VM itself: what is left of one then goes all the same.
void TestPages::endsAVmThatWasLeft() {
    open();
    SessionRecord session;
    session.title = "left";
    session.domainUuid = "00000000-0000-4000-8000-000000000000";
    VALUE(begun, m_catalog->beginSession(session));
    auto* page = new SurvivorPage(*m_services, begun);
    m_window->addPage(page);
    QCOMPARE(page->title(), "Left: left");
    QCOMPARE(firstLine(*page), "cloudlet stop " + toQt(begun.id).left(8));
    for (QAction* each : page->findChildren<QAction*>()) {
        if (each->text() == "&End the VM") each->trigger();
    }
    QTRY_VERIFY(m_catalog->runningSessions()->empty());
    const auto* heading = page->findChild<QLabel*>();
    QTRY_VERIFY(heading->text().contains("\"left\" has ended; its files are removed"));
}

void TestPages::keepsALog() {
    StudioLog log;
    QWidget window;
    log.add("first");
    log.show(&window);
    log.add("second");
    auto* lines = window.findChild<QPlainTextEdit*>();
    QVERIFY(lines->toPlainText().contains("first") && lines->toPlainText().contains("second"));
    QCOMPARE(log.text().count('\n'), 1);
}

void TestPages::copiesTheCommand() {
    addBaseNamed("my letters");
    open();
    choose("my letters");
    for (QAction* each : m_window->findChildren<QAction*>()) {
        if (each->text() == "Show as &command…") each->trigger();
    }
    QCOMPARE(QApplication::clipboard()->text(),
             "cloudlet overlay 'my letters' -o overlay.cloudlet");
}

// A screen reader has a word for everything that the keyboard reaches.
void TestPages::namesEveryFocusableWidget() {
    const BaseRecord base = addBaseNamed("letters");
    addOverlay(base, "redis");
    open();
    m_window->openOverlay(toQt(*m_scratch / "redis.cloudlet"));
    QStringList nameless;
    for (QWidget* widget : m_window->findChildren<QWidget*>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) == 0 || !widget->isEnabled()) continue;
        if (widget->isHidden()) continue;  // the button of an error panel that offers no action
        if (QString(widget->metaObject()->className()).startsWith("QTabBar")) continue;
        QAccessibleInterface* found = QAccessible::queryAccessibleInterface(widget);
        if (found != nullptr && found->text(QAccessible::Name).isEmpty()) {
            nameless << widget->metaObject()->className() + QString(" in ") +
                            widget->parentWidget()->metaObject()->className();
        }
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join("; ")));
}

void TestPages::hasNoTwoEqualShortcuts() {
    addBaseNamed("letters");
    open();
    QSet<QString> seen;
    for (const QAction* each : m_window->findChildren<QAction*>()) {
        const QString keys = each->shortcut().toString();
        if (keys.isEmpty()) continue;
        QVERIFY2(!seen.contains(keys), qPrintable(keys));
        seen.insert(keys);
    }
    QVERIFY(seen.contains("Ctrl+F") && seen.contains("Ctrl+Q") && seen.contains("Ctrl+O"));
}

void TestPages::asksForAnOverlaysFile() {
    StudioSettings::setOverlayFolder(toQt(m_scratch->path()));
    CreateOverlayDialog dialog("my app/1", {});
    const auto edits = dialog.findChildren<QLineEdit*>();
    QPushButton* create = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    QVERIFY(create->isEnabled());
    QCOMPARE(dialog.order().file, toQt(*m_scratch / "my-app-1.cloudlet"));
    QCOMPARE(dialog.order().title, "my app/1");
    edits.at(0)->setText("other");
    QCOMPARE(dialog.order().file, toQt(*m_scratch / "other.cloudlet"));
    edits.at(0)->setText("");
    QVERIFY(!create->isEnabled());
    edits.at(0)->setText("other");
    // Typed, as only a file that a person chose is left alone.
    for (const char* file : {"/no/such/folder/x.cloudlet", "relative.cloudlet"}) {
        edits.at(1)->selectAll();
        QTest::keyClicks(edits.at(1), file);
        QVERIFY(!create->isEnabled());
    }
}

void TestPages::refusesWhereThereIsNoRoom() {
    StudioSettings::setOverlayFolder(toQt(m_scratch->path()));
    const auto mayCreate = [](const OverlayNeeds& needs) {
        const CreateOverlayDialog dialog("x", needs);
        return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled();
    };
    const QString folder = toQt(m_scratch->path());
    constexpr std::uint64_t kFar = 1ULL << 60;
    QVERIFY(mayCreate({1000, 1000, folder}));
    QVERIFY(!mayCreate({kFar, 1000, folder}));
    QVERIFY(!mayCreate({1000, kFar, folder}));
}

void TestPages::quotesForAShell() {
    QCOMPARE(shellQuoted("a/b-c.d"), "a/b-c.d");
    QCOMPARE(shellQuoted("a b"), "'a b'");
    QCOMPARE(shellQuoted("it's $HOME"), "'it'\\''s $HOME'");
    QCOMPARE(shellQuoted(""), "''");
}

void TestPages::remembersFiles() {
    for (int i = 0; i < 15; ++i) StudioSettings::addRecentFile(QString::number(i));
    StudioSettings::addRecentFile("7");
    QCOMPARE(StudioSettings::recentFiles().size(), 10);
    QCOMPARE(StudioSettings::recentFiles().first(), "7");
    QCOMPARE(StudioSettings::recentFiles().count("7"), 1);
}

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
