// The studio's window: the library, and a tab for each guest that is authored or runs. GUI thread.
#pragma once

#include <QMainWindow>
#include <string>
#include <vector>

#include "app/studio/studio_services.h"

class QTabWidget;

namespace cloudlet {

class LibraryPage;
class Page;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(StudioServices& services, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openOverlay(const QString& file);  // runs it
    void author(const QString& base);       // asks for the ports first
    // What opening the catalog has mended.
    void showNotes(const std::vector<std::string>& notes);
    LibraryPage& library() { return *m_library; }
    Page* currentPage() const;
    void addPage(Page* page);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildMenus();
    void askForOverlay();
    void showAsCommand();
    void showDetailsOfHost();
    void about();
    bool mayClose(const QString& wouldLose);
    void closePage(int index);

    StudioServices& m_services;
    QTabWidget* m_tabs;
    LibraryPage* m_library;
};

}  // namespace cloudlet
