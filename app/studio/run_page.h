// A synthesised VM: its console, how fast it came to life, how its overlay arrived; what it has
// become can be saved as an overlay. GUI thread.
#pragma once

#include "app/studio/guest_page.h"
#include "app/studio/run_job.h"

namespace cloudlet {

class RunPage : public GuestPage {
    Q_OBJECT
public:
    RunPage(StudioServices& services, const QString& overlay, QWidget* parent = nullptr);
    ~RunPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;
    RunJob& job() { return *m_job; }

protected:
    void discard() override;

private:
    void phaseChanged();
    void guestReady(const RunFacts& facts);
    void showStatus(const RunStatus& status);
    void residueCreated(const CreatedOverlay& created);
    void ended();

    RunJob* m_job;
    QAction* m_save;
    QAction* m_stop;
    QAction* m_again;
    QString m_name;
};

}  // namespace cloudlet
