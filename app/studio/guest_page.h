// A page around a guest whose job runs here: what pausing, making an overlay and failing at it look
// like. GUI thread.
#pragma once

#include "app/studio/author_dialogs.h"
#include "app/studio/guest_frame.h"
#include "app/studio/guest_job.h"

namespace cloudlet {

class GuestPage : public GuestFrame {
    Q_OBJECT
protected:
    // `job` must outlive the page: a child of it.
    explicit GuestPage(QWidget* parent);
    void attach(GuestJob& job);

    // Asks where to, then lets the job make the overlay; a failure or cancel comes back to the
    // console, with the guest as it is.
    void askForOverlay(const QString& title, const OverlayNeeds& needs);
    const OverlayOrder& overlayOrder() const { return m_job->overlayOrder(); }
    // What a page adds to the order before the job gets it.
    virtual void complete(OverlayOrder&) const {}
    // Ends the guest; asks first.
    virtual void discard() = 0;
    void creationFailed(const QString& message);
    void guestPaused(bool paused, const QString& reason);
    QAction& pauseAction() { return *m_pause; }

private:
    QAction* m_pause;
    GuestJob* m_job = nullptr;
};

}  // namespace cloudlet
