// An overlay on its way to a cloudlet, and its VM there: how it arrives, the console through the
// server, its ports as links, and what becomes of it. GUI thread.
#pragma once

#include <stop_token>

#include "app/studio/guest_frame.h"
#include "app/studio/push_job.h"

namespace cloudlet {

class PushPage : public GuestFrame {
    Q_OBJECT
public:
    PushPage(StudioServices& services, const PushOrder& order, QWidget* parent = nullptr);
    ~PushPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;
    PushJob& job() { return *m_job; }

private:
    void buildActions();
    void refresh();
    void accepted(const QString& session, quint64 alreadyThere);
    void stateChanged(const PushState& state);
    void told(const push::Statistics& statistics);
    void askForResidue();
    void finish(push::Then then, const QString& residueFile = {});
    void closeConsole();
    void ended();

    PushJob* m_job;
    QAction* m_finish = nullptr;
    QAction* m_keep = nullptr;
    QAction* m_residue = nullptr;
    const QString m_name;
    const QString m_server;
    QString m_session;
    push::Phase m_phase = push::Phase::receiving;
    std::optional<push::Then> m_then;  // what the person chose
    QString m_residueFile;
    std::stop_source m_console;
};

}  // namespace cloudlet
