// A VM that runs on after the program that started it has ended: its console and ports, and a way
// to end it. It cannot be made an overlay any more. GUI thread.
#pragma once

#include "app/studio/job.h"
#include "app/studio/page.h"
#include "app/studio/studio_services.h"

class QAction;
class QLabel;

namespace cloudlet {

class ConsolePanel;
class ErrorPanel;
class GuestSide;

class SurvivorPage : public Page {
    Q_OBJECT
public:
    SurvivorPage(StudioServices& services, const SessionRecord& session, QWidget* parent = nullptr);
    ~SurvivorPage() override;

    QString title() const override;
    QString commandLine() const override;

private:
    void ended();

    const SessionRecord m_session;
    QLabel* m_heading;
    QAction* m_end = nullptr;
    ConsolePanel* m_console;
    GuestSide* m_side;
    ErrorPanel* m_error;
    Job m_job;
};

}  // namespace cloudlet
