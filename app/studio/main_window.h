// The studio's window: the library, and a tab for each thing that is looked at, authored or run.
// GUI thread.
#pragma once

#include <QMainWindow>
#include <memory>
#include <string>
#include <vector>

#include "app/studio/author_job.h"
#include "app/studio/job.h"
#include "app/studio/notifier.h"
#include "app/studio/studio_log.h"
#include "app/studio/studio_services.h"

class QTabWidget;

namespace cloudlet {

class LibraryPage;
class NoticeBar;
class Page;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(StudioServices& services, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openFile(const QString& file);     // asks what to do with it
    void openOverlay(const QString& file);  // runs it
    void inspect(const QString& file);
    void push(const QString& file);  // asks where to first
    void showCloudlets();
    void author(const QString& base);  // asks for the ports first
    void createBase(const QString& file, bool isInstaller);
    // Mends and cleans what interrupted programs have left, and offers the VMs that still run.
    void recover();
    // For a second start of the program.
    void comeForward(const QStringList& files);
    LibraryPage& library() { return *m_library; }
    Page* currentPage() const;
    void addPage(Page* page);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // What a start finds.
    struct Found {
        std::vector<std::string> notes;
        std::vector<SessionRecord> survivors;
        std::vector<AuthorOrder> interrupted;  // authoring that can go on
    };

    void buildMenus();
    void buildTabs();
    void askForFile();
    void showAsCommand();
    void showDetailsOfHost();
    void about();
    void recovered();
    void showSurvivors();
    void jobEnded(const QString& sentence, double seconds);
    bool mayClose(const QString& wouldLose);
    void closePage(int index);

    StudioServices& m_services;
    StudioLog m_log;
    Notifier m_notifier;
    NoticeBar* m_notice;
    QTabWidget* m_tabs;
    LibraryPage* m_library;
    std::shared_ptr<Found> m_found;
    Job m_recovery;
};

}  // namespace cloudlet
