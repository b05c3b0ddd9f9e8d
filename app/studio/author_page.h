// One authoring session: the base resumes, the person works in its console, the overlay is made.
// GUI thread.
#pragma once

#include "app/studio/author_job.h"
#include "app/studio/guest_page.h"

namespace cloudlet {

class AuthorPage : public GuestPage {
    Q_OBJECT
public:
    AuthorPage(StudioServices& services, const AuthorOrder& order, QWidget* parent = nullptr);
    ~AuthorPage() override;

    QString title() const override;
    QString commandLine() const override;
    QString wouldLose() const override;
    AuthorJob& job() { return *m_job; }

private:
    void buildActions();
    void phaseChanged();
    void guestReady(const GuestFacts& facts);
    void ended();
    void askForScript();
    void askForOverlay();
    void discard();

    AuthorJob* m_job;
    QAction* m_script = nullptr;
    QAction* m_create = nullptr;
    QAction* m_discard = nullptr;
    QAction* m_run = nullptr;
    OverlayOrder m_overlay;
};

}  // namespace cloudlet
