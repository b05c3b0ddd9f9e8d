// A page around a running guest: heading and actions above, console and facts in the middle,
// progress and errors below. GUI thread.
#pragma once

#include "app/studio/author_dialogs.h"
#include "app/studio/guest_job.h"
#include "app/studio/page.h"

class QAction;
class QLabel;
class QToolBar;

namespace cloudlet {

class ConsolePanel;
class ErrorPanel;
class GuestSide;
class StageBar;

class GuestPage : public Page {
    Q_OBJECT
public:
    ConsolePanel& console() { return *m_console; }

protected:
    // `job` must outlive the page: a child of it.
    explicit GuestPage(QWidget* parent);
    void attach(GuestJob& job);

    QAction* addAction(const QString& text, const QString& toolTip);
    // Asks where to, then lets the job make the overlay; a failure or cancel comes back to the
    // console, with the guest as it is.
    void askForOverlay(const QString& title, const OverlayNeeds& needs);
    const OverlayOrder& overlayOrder() const { return m_job->overlayOrder(); }
    // What a page adds to the order before the job gets it.
    virtual void complete(OverlayOrder&) const {}
    // Ends the guest; asks first.
    virtual void discard() = 0;
    void showConsole(const QString& socket, const QString& name);
    void creationFailed(const QString& message);
    // The first line is the sentence; the rest and what happened are the details.
    void showFailure(const QString& message);
    QAction& pauseAction() { return *m_pause; }
    QLabel& heading() { return *m_heading; }
    GuestSide& side() { return *m_side; }
    StageBar& stage() { return *m_stage; }
    ErrorPanel& error() { return *m_error; }

private:
    QLabel* m_heading;
    QToolBar* m_bar;
    ConsolePanel* m_console;
    GuestSide* m_side;
    StageBar* m_stage;
    ErrorPanel* m_error;
    QAction* m_pause;
    GuestJob* m_job = nullptr;
};

}  // namespace cloudlet
