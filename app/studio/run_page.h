// One synthesised VM: how it came to life, its console, its ports, its end. GUI thread.
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
    QString commandLine() const override;
    QString wouldLose() const override;
    RunJob& job() { return *m_job; }

private:
    void phaseChanged();
    void guestReady(const RunFacts& facts);
    void ended();

    RunJob* m_job;
    QString m_name;
    QAction* m_stop = nullptr;
    QAction* m_again = nullptr;
};

}  // namespace cloudlet
