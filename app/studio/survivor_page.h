// A VM that runs on after the program that started it has ended, and that was not being authored
// (author_page.h): its console and ports, and a way to end it. GUI thread.
#pragma once

#include "app/studio/guest_frame.h"
#include "app/studio/job.h"
#include "app/studio/studio_services.h"

namespace cloudlet {

class SurvivorPage : public GuestFrame {
    Q_OBJECT
public:
    SurvivorPage(StudioServices& services, const SessionRecord& session, QWidget* parent = nullptr);
    ~SurvivorPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ended();

    const SessionRecord m_session;
    QAction* m_end;
    Job m_job;
};

}  // namespace cloudlet
