// The cloudlets: those that this computer is paired with, what they hold and run, and those found
// on the network that it could pair with. Asks them anew while it is looked at. GUI thread.
#pragma once

#include <QTimer>
#include <memory>

#include "app/studio/cloudlet_list.h"
#include "app/studio/job.h"
#include "app/studio/page.h"

class QAction;
class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace cloudlet {

class ErrorPanel;
class StageBar;

class CloudletsPage : public Page {
    Q_OBJECT
public:
    explicit CloudletsPage(QWidget* parent = nullptr);
    ~CloudletsPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    void pair();
    // Of the chosen session, into a file.
    void fetchResidue(const QString& file);

Q_SIGNALS:
    void consoleRequested(const cloudlet::PairedServer& server,
                          const cloudlet::ServerState::Session& session);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildServers();
    QWidget* buildState();
    QTreeWidget* buildTree(const QString& name, const QStringList& columns);
    void ask();
    void asked();
    void showServers();
    void showState();
    const KnownCloudlet* chosen() const;
    const ServerState::Session* chosenSession() const;
    void refreshActions();
    void forget();
    void askForResidue();
    void endSession();
    void pairWith(const QString& link);
    void showProgress();
    // Does it beside the window, then says `doneText`, if any, and asks all again.
    void work(Job::Work work, const QString& doneText = {});

    std::shared_ptr<CloudletList> m_read;
    CloudletList m_list;
    QTreeWidget* m_servers;
    QLabel* m_hint;
    QLabel* m_heading;
    QLabel* m_load;
    QTreeWidget* m_bases;
    QTreeWidget* m_sessions;
    ErrorPanel* m_error;
    StageBar* m_stage;
    QString m_doneText;
    QAction* m_pair = nullptr;
    QAction* m_forget = nullptr;
    QAction* m_console = nullptr;
    QAction* m_residue = nullptr;
    QAction* m_end = nullptr;
    bool m_askAgain = false;
    QTimer m_again;
    Job m_asking;
    Job m_working;
};

}  // namespace cloudlet
