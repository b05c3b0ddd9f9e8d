// One authoring session: the base resumes, the person works in its console and sees what the
// overlay would weigh, the overlay is made. GUI thread.
#pragma once

#include "app/studio/author_job.h"
#include "app/studio/guest_page.h"

namespace cloudlet {

class MeterPanel;

class AuthorPage : public GuestPage {
    Q_OBJECT
public:
    AuthorPage(StudioServices& services, const AuthorOrder& order, QWidget* parent = nullptr);
    ~AuthorPage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;
    QString wouldLose() const override;
    AuthorJob& job() { return *m_job; }

protected:
    void complete(OverlayOrder& order) const override { order.ports = m_forwards; }
    void discard() override;

private:
    void buildActions();
    void phaseChanged();
    void guestReady(const GuestFacts& facts);
    void ended();
    void showCreated();
    void askForScript();
    void askForPorts();
    OverlayNeeds needs() const;

    AuthorJob* m_job;
    const QString m_captureFolder;
    MeterPanel* m_meter;
    QAction* m_ports = nullptr;
    QAction* m_script = nullptr;
    QAction* m_clean = nullptr;
    QAction* m_create = nullptr;
    QAction* m_discard = nullptr;
    QString m_scriptFile;                 // the last that was run
    QList<QAction*> m_onceMade;           // what can be done with the overlay
    std::vector<PortForward> m_forwards;  // as the person wants them
    std::optional<OverlayEstimate> m_estimate;
};

}  // namespace cloudlet
