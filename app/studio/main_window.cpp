#include "app/studio/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>
#include <utility>

#include "app/studio/author_dialogs.h"
#include "app/studio/author_page.h"
#include "app/studio/base_page.h"
#include "app/studio/cloudlets_page.h"
#include "app/studio/commands_dialog.h"
#include "app/studio/confirm.h"
#include "app/studio/host_dialog.h"
#include "app/studio/library_page.h"
#include "app/studio/open_file.h"
#include "app/studio/overlay_page.h"
#include "app/studio/push_dialog.h"
#include "app/studio/push_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_page.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"
#include "app/studio/survivor_page.h"
#include "engine/jobs/guest.h"
#include "widgets/notice_bar.h"
#include "widgets/sentence.h"

namespace cloudlet {

namespace {

constexpr QSize kFirstSize(1180, 760);
constexpr double kLongSeconds = 10;  // a person may have turned to something else

// The first file of what is dragged here; empty if it is none.
QString localFileOf(const QMimeData* content) {
    if (content == nullptr || !content->hasUrls()) return {};
    const QList<QUrl> urls = content->urls();
    return urls.isEmpty() ? QString() : urls.first().toLocalFile();
}

}  // namespace

MainWindow::MainWindow(StudioServices& services, QWidget* parent)
    : QMainWindow(parent),
      m_services(services),
      m_notice(new NoticeBar),
      m_tabs(new QTabWidget),
      m_library(new LibraryPage(services)),
      m_found(std::make_shared<Found>()) {
    setWindowTitle(tr("Cloudlet Studio"));
    setAcceptDrops(true);
    buildTabs();
    buildMenus();
    connect(&m_recovery, &Job::finished, this, &MainWindow::recovered);
    connect(m_notice, &NoticeBar::activated, this, &MainWindow::showSurvivors);
    connect(&m_notifier, &Notifier::clicked, this, [this] { comeForward({}); });
    resize(kFirstSize);
    restoreGeometry(StudioSettings::windowGeometry());
}

MainWindow::~MainWindow() = default;

void MainWindow::buildTabs() {
    m_tabs->setDocumentMode(true);
    m_tabs->setTabsClosable(true);
    m_tabs->setMovable(false);
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->tabBar()->setAccessibleName(tr("Pages"));
    auto* central = new QWidget;
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_notice);
    layout->addWidget(m_tabs, 1);
    setCentralWidget(central);
    addPage(m_library);
    // The library stays: its tab has no button to close it.
    m_tabs->tabBar()->setTabButton(0, QTabBar::RightSide, nullptr);
    m_tabs->tabBar()->setTabButton(0, QTabBar::LeftSide, nullptr);
    connect(m_tabs, &QTabWidget::tabCloseRequested, this, &MainWindow::closePage);
}

void MainWindow::buildMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    QAction* open = file->addAction(tr("&Open…"), this, &MainWindow::askForFile);
    open->setShortcut(QKeySequence::Open);
    QMenu* recent = file->addMenu(tr("Open &recent"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const QString& name : StudioSettings::recentFiles()) {
            recent->addAction(asLabel(name), this, [this, name] { openFile(name); });
        }
        if (recent->isEmpty()) recent->addAction(tr("Nothing yet"))->setEnabled(false);
    });
    file->addSeparator();
    QAction* closeTab =
        file->addAction(tr("&Close page"), this, [this] { closePage(m_tabs->currentIndex()); });
    closeTab->setShortcut(QKeySequence::Close);
    QAction* quit = file->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(Qt::CTRL | Qt::Key_Q);  // not every desktop has a standard key

    QMenu* library = menuBar()->addMenu(tr("&Library"));
    library->addActions(m_library->libraryActions());
    library->addSeparator();
    QAction* reload = library->addAction(tr("Read agai&n"), m_library, &LibraryPage::reload);
    reload->setShortcut(QKeySequence::Refresh);

    QMenu* view = menuBar()->addMenu(tr("Vie&w"));
    const auto turn = [this](int by) {
        m_tabs->setCurrentIndex((m_tabs->currentIndex() + m_tabs->count() + by) % m_tabs->count());
    };
    view->addAction(tr("&Library"), this, [this] { m_tabs->setCurrentWidget(m_library); })
        ->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_B);
    view->addAction(tr("&Cloudlets"), this, &MainWindow::showCloudlets)
        ->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_L);
    view->addSeparator();
    view->addAction(tr("&Next page"), this, [turn] { turn(1); })
        ->setShortcut(Qt::CTRL | Qt::Key_PageDown);
    view->addAction(tr("&Previous page"), this, [turn] { turn(-1); })
        ->setShortcut(Qt::CTRL | Qt::Key_PageUp);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("Check this &machine…"), this, &MainWindow::showDetailsOfHost);
    QAction* command = help->addAction(tr("Show as &command…"), this, &MainWindow::showAsCommand);
    command->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_K);
    help->addAction(tr("&Details…"), this, [this] { m_log.show(this); });
    help->addSeparator();
    help->addAction(tr("&About Cloudlet Studio"), this, &MainWindow::about);
}

void MainWindow::addPage(Page* page) {
    const int index = m_tabs->addTab(page, asLabel(page->title()));
    m_tabs->setCurrentIndex(index);
    connect(page, &Page::titleChanged, this,
            [this, page] { m_tabs->setTabText(m_tabs->indexOf(page), asLabel(page->title())); });
    connect(page, &Page::libraryChanged, m_library, &LibraryPage::reload);
    connect(page, &Page::runRequested, this, &MainWindow::openOverlay);
    connect(page, &Page::inspectRequested, this, &MainWindow::inspect);
    connect(page, &Page::pushRequested, this, &MainWindow::push);
    connect(page, &Page::authorRequested, this, &MainWindow::author);
    connect(page, &Page::openRequested, this, &MainWindow::openFile);
    connect(page, &Page::jobEnded, this, &MainWindow::jobEnded);
}

void MainWindow::recover() {
    m_recovery.start([this, found = m_found](Progress&, const std::stop_token&) -> Result<void> {
        Catalog& catalog = m_services.catalog();
        found->notes = TRY(catalog.mend());
        if (catalog.isReadOnly()) return {};
        for (std::string& note : TRY(sweepDeadGuests(catalog))) {
            found->notes.push_back(std::move(note));
        }
        for (SessionRecord& session : TRY(catalog.runningSessions())) {
            if (session.owner.isAlive()) continue;
            // Without its base it can be looked at and ended only.
            Result<AuthorOrder> order = orderToGoOn(catalog, session);
            if (session.kind == SessionKind::author && order) {
                found->interrupted.push_back(*std::move(order));
            } else {
                found->survivors.push_back(std::move(session));
            }
        }
        return {};
    });
}

void MainWindow::recovered() {
    QStringList lines;
    for (const std::string& note : m_found->notes) lines << toQt(note);
    if (!m_found->notes.empty()) m_library->reload();
    if (m_recovery.state() == Job::State::failed) lines << toQt(m_recovery.error().message);
    for (const QString& line : lines) m_log.add(line);
    const auto left = static_cast<int>(m_found->survivors.size() + m_found->interrupted.size());
    if (left > 0) lines << tr("%n VM(s) run on from an earlier start.", nullptr, left);
    for (QString& line : lines) line = asSentence(line);
    if (!lines.isEmpty()) {
        m_notice->showNotice(lines.join(u'\n'), left > 0 ? tr("&Show") : QString());
    }
}

void MainWindow::showSurvivors() {
    for (const AuthorOrder& order : std::exchange(m_found->interrupted, {})) {
        addPage(new AuthorPage(m_services, order));
    }
    for (const SessionRecord& session : std::exchange(m_found->survivors, {})) {
        addPage(new SurvivorPage(m_services, session));
    }
}

void MainWindow::jobEnded(const QString& sentence, double seconds) {
    m_log.add(sentence);
    if (seconds >= kLongSeconds && !isActiveWindow()) m_notifier.notify(sentence);
}

void MainWindow::comeForward(const QStringList& files) {
    if (isMinimized()) showNormal();
    raise();
    activateWindow();
    for (const QString& file : files) openFile(file);
}

Page* MainWindow::currentPage() const {
    return qobject_cast<Page*>(m_tabs->currentWidget());
}

void MainWindow::openFile(const QString& file) {
    StudioSettings::addRecentFile(file);
    auto* opened = new OpenFile(file, this);
    connect(opened, &OpenFile::runChosen, this, &MainWindow::openOverlay);
    connect(opened, &OpenFile::inspectChosen, this, &MainWindow::inspect);
    connect(opened, &OpenFile::createBaseChosen, this, &MainWindow::createBase);
    connect(opened, &OpenFile::importBaseChosen, m_library, &LibraryPage::importBase);
    connect(opened, &OpenFile::importOverlayChosen, m_library, &LibraryPage::importOverlay);
}

void MainWindow::openOverlay(const QString& file) {
    StudioSettings::addRecentFile(file);
    addPage(new RunPage(m_services, file));
}

void MainWindow::inspect(const QString& file) {
    for (int i = 0; i < m_tabs->count(); ++i) {
        const auto* page = qobject_cast<OverlayPage*>(m_tabs->widget(i));
        if (page != nullptr && page->file() == file) return m_tabs->setCurrentIndex(i);
    }
    StudioSettings::addRecentFile(file);
    addPage(new OverlayPage(m_services, file));
}

void MainWindow::push(const QString& file) {
    PushDialog dialog(m_services, file, this);
    if (dialog.exec() == QDialog::Accepted) addPage(new PushPage(m_services, dialog.order()));
}

void MainWindow::showCloudlets() {
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (qobject_cast<CloudletsPage*>(m_tabs->widget(i)) != nullptr) {
            return m_tabs->setCurrentIndex(i);
        }
    }
    auto* page = new CloudletsPage;
    connect(page, &CloudletsPage::consoleRequested, this,
            [this](const PairedServer& server, const ServerState::Session& session) {
                addPage(new RemotePage(server, session));
            });
    addPage(page);
}

void MainWindow::createBase(const QString& file, bool isInstaller) {
    CreateBaseDialog dialog(file, isInstaller, this);
    if (dialog.exec() == QDialog::Accepted) addPage(new BasePage(m_services, dialog.order()));
}

void MainWindow::author(const QString& base) {
    StartAuthorDialog dialog(base, this);
    if (dialog.exec() == QDialog::Accepted) addPage(new AuthorPage(m_services, dialog.order()));
}

void MainWindow::askForFile() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open an overlay, a base or a disk"), StudioSettings::overlayFolder(),
        tr("Overlays and bases (*.cloudlet *.cloudlet-base);;All files (*)"));
    if (file.isEmpty()) return;
    StudioSettings::setOverlayFolder(QFileInfo(file).absolutePath());
    openFile(file);
}

void MainWindow::showAsCommand() {
    QList<ActionCommand> commands = currentPage()->commands();
    commands << ActionCommand{tr("Check this machine"),
                              CommandLines::plain(QStringLiteral("doctor"), {})};
    auto* dialog = new CommandsDialog(commands, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::showDetailsOfHost() {
    auto* dialog = new HostDialog(m_services, this);
    dialog->setLog(m_log.text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void MainWindow::about() {
    QMessageBox::about(this, tr("About Cloudlet Studio"),
                       tr("<b>Cloudlet Studio %1</b><p>Authors VM overlays and brings them to "
                          "life.<p>The source is under the Apache License 2.0; this program "
                          "links libvncclient and is therefore under the GNU General Public "
                          "License, version 3.")
                           .arg(QApplication::applicationVersion()));
}

bool MainWindow::mayClose(const QString& wouldLose) {
    if (wouldLose.isEmpty()) return true;
    return confirm(this, tr("Close all the same?"), wouldLose, tr("&Close"));
}

void MainWindow::closePage(int index) {
    auto* page = qobject_cast<Page*>(m_tabs->widget(index));
    if (page == nullptr || page == m_library || !mayClose(page->wouldLose())) return;
    m_tabs->removeTab(index);
    delete page;
    m_library->reload();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QStringList lost;
    for (int i = 0; i < m_tabs->count(); ++i) {
        const QString sentence = qobject_cast<Page*>(m_tabs->widget(i))->wouldLose();
        if (!sentence.isEmpty()) lost << sentence;
    }
    if (!mayClose(lost.join(u'\n'))) {
        event->ignore();
        return;
    }
    StudioSettings::setWindowGeometry(saveGeometry());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->source() != nullptr) return;  // an overlay on its way out of the library
    if (!localFileOf(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QString file = localFileOf(event->mimeData());
    if (file.isEmpty()) return;
    event->acceptProposedAction();
    openFile(file);
}

}  // namespace cloudlet
