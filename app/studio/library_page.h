// The first page: what the catalog holds, and what can be done with it. GUI thread.
#pragma once

#include <QSortFilterProxyModel>
#include <memory>
#include <optional>

#include "app/studio/job.h"
#include "app/studio/library_model.h"
#include "app/studio/page.h"
#include "app/studio/studio_services.h"

class QLineEdit;
class QStackedWidget;
class QTreeView;

namespace cloudlet {

class ErrorPanel;
class HostFindings;
class LibraryDetails;
class NoticeBar;
class StageBar;

class LibraryPage : public Page {
    Q_OBJECT
public:
    explicit LibraryPage(StudioServices& services, QWidget* parent = nullptr);
    ~LibraryPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;

    void reload();
    void selectFile(const QString& file);
    // What the file is, the caller knows already.
    void importBase(const QString& file);
    void importOverlay(const QString& file);
    LibraryModel& model() { return *m_model; }
    // For the window's menu: what can be done with the choice now.
    const QList<QAction*>& libraryActions() const { return m_actions; }

private:
    QWidget* buildList();
    QWidget* buildEmpty();
    QWidget* buildButtons();
    void buildActions();
    QAction* addPlainAction(const QString& text, const QString& toolTip,
                            void (LibraryPage::*slot)());
    void loaded();
    void refresh();
    void select(const QString& identity);
    // A copy: while a question is open the library may be read again.
    struct Choice {
        LibraryBase base;
        std::optional<LibraryOverlay> overlay;
    };
    std::optional<Choice> chosen() const;
    QModelIndex current() const;
    // `done` is said at the end; `undo` names a button beside it.
    void work(Job::Work work, const QString& done, const QString& undo = {});
    void worked();

    void author();
    void run();
    void verify();
    void remove();
    void inspect();
    void push();
    void editTags();
    void importFile();
    void exportFile();
    void buildSample();
    void trash(const LibraryOverlay& overlay);
    void undoTrash();

    StudioServices& m_services;
    LibraryModel* m_model;
    QSortFilterProxyModel* m_filter;
    QStackedWidget* m_stack = nullptr;
    QLineEdit* m_search = nullptr;
    QTreeView* m_tree = nullptr;
    LibraryDetails* m_details = nullptr;
    StageBar* m_stage = nullptr;
    NoticeBar* m_notice = nullptr;
    ErrorPanel* m_error = nullptr;
    HostFindings* m_findings = nullptr;
    QList<QAction*> m_actions;
    QAction* m_author = nullptr;
    QAction* m_run = nullptr;
    QAction* m_inspect = nullptr;
    QAction* m_push = nullptr;
    QAction* m_tags = nullptr;
    QAction* m_verify = nullptr;
    QAction* m_export = nullptr;
    QAction* m_remove = nullptr;
    QString m_wanted;  // identity to select when the library is read
    QString m_doneText;
    QString m_undoText;
    LibraryOverlay m_trashed;
    std::shared_ptr<QString> m_trashedAt;  // empty: nothing to bring back
    bool m_readAgain = false;
    std::shared_ptr<Library> m_read;
    Job m_loading;
    Job m_work;
};

}  // namespace cloudlet
