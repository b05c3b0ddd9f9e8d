#include "app/studio/main_window.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStatusBar>
#include <QTabBar>
#include <QTabWidget>

#include "app/studio/author_dialogs.h"
#include "app/studio/author_page.h"
#include "app/studio/host_dialog.h"
#include "app/studio/library_page.h"
#include "app/studio/qt_text.h"
#include "app/studio/run_page.h"
#include "app/studio/settings.h"

namespace cloudlet {

namespace {

constexpr QSize kFirstSize(1180, 760);
constexpr int kMessageMs = 6000;

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
      m_tabs(new QTabWidget),
      m_library(new LibraryPage(services)) {
    setWindowTitle(tr("Cloudlet Studio"));
    setAcceptDrops(true);
    m_tabs->setDocumentMode(true);
    m_tabs->setTabsClosable(true);
    m_tabs->setMovable(false);
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->tabBar()->setAccessibleName(tr("Pages"));
    setCentralWidget(m_tabs);
    addPage(m_library);
    // The library stays: its tab has no button to close it.
    m_tabs->tabBar()->setTabButton(0, QTabBar::RightSide, nullptr);
    m_tabs->tabBar()->setTabButton(0, QTabBar::LeftSide, nullptr);
    connect(m_tabs, &QTabWidget::tabCloseRequested, this, &MainWindow::closePage);
    buildMenus();
    resize(kFirstSize);
    restoreGeometry(StudioSettings::windowGeometry());
}

MainWindow::~MainWindow() = default;

void MainWindow::buildMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    QAction* open = file->addAction(tr("&Open overlay…"), this, &MainWindow::askForOverlay);
    open->setShortcut(QKeySequence::Open);
    QMenu* recent = file->addMenu(tr("Open &recent"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] {
        recent->clear();
        for (const QString& name : StudioSettings::recentFiles()) {
            recent->addAction(name, this, [this, name] { openOverlay(name); });
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
    QAction* reload = library->addAction(tr("Read a&gain"), m_library, &LibraryPage::reload);
    reload->setShortcut(QKeySequence::Refresh);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("Check this &machine…"), this, &MainWindow::showDetailsOfHost);
    help->addAction(tr("Copy as &command"), this, &MainWindow::showAsCommand);
    help->addSeparator();
    help->addAction(tr("&About Cloudlet Studio"), this, &MainWindow::about);
}

void MainWindow::addPage(Page* page) {
    const int index = m_tabs->addTab(page, page->title());
    m_tabs->setCurrentIndex(index);
    connect(page, &Page::titleChanged, this,
            [this, page] { m_tabs->setTabText(m_tabs->indexOf(page), page->title()); });
    connect(page, &Page::libraryChanged, m_library, &LibraryPage::reload);
    connect(page, &Page::runRequested, this, &MainWindow::openOverlay);
    connect(page, &Page::authorRequested, this, &MainWindow::author);
}

void MainWindow::showNotes(const std::vector<std::string>& notes) {
    QStringList lines;
    for (const std::string& note : notes) lines << toQt(note);
    if (!lines.isEmpty()) statusBar()->showMessage(lines.join(u' '));
}

Page* MainWindow::currentPage() const {
    return qobject_cast<Page*>(m_tabs->currentWidget());
}

void MainWindow::openOverlay(const QString& file) {
    StudioSettings::addRecentFile(file);
    addPage(new RunPage(m_services, file));
}

void MainWindow::author(const QString& base) {
    StartAuthorDialog dialog(base, this);
    if (dialog.exec() == QDialog::Accepted) addPage(new AuthorPage(m_services, dialog.order()));
}

void MainWindow::askForOverlay() {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open an overlay"), StudioSettings::overlayFolder(),
                                     tr("Overlays (*.cloudlet);;All files (*)"));
    if (file.isEmpty()) return;
    StudioSettings::setOverlayFolder(QFileInfo(file).absolutePath());
    openOverlay(file);
}

void MainWindow::showAsCommand() {
    const QString command = currentPage()->commandLine();
    QGuiApplication::clipboard()->setText(command);
    statusBar()->showMessage(tr("Copied: %1").arg(command), kMessageMs);
}

void MainWindow::showDetailsOfHost() {
    auto* dialog = new HostDialog(m_services, this);
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
    QMessageBox question(QMessageBox::Warning, windowTitle(), tr("Close all the same?"),
                         QMessageBox::NoButton, this);
    question.setInformativeText(wouldLose);
    QPushButton* yes = question.addButton(tr("&Close"), QMessageBox::DestructiveRole);
    question.setDefaultButton(question.addButton(QMessageBox::Cancel));
    question.exec();
    return question.clickedButton() == yes;
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
    if (!localFileOf(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QString file = localFileOf(event->mimeData());
    if (!file.isEmpty()) openOverlay(file);
}

}  // namespace cloudlet
