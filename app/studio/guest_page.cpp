#include "app/studio/guest_page.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

GuestPage::GuestPage(QWidget* parent)
    : GuestFrame(parent),
      m_pause(addAction(tr("&Pause"), tr("The guest stands still until you press this again"))) {
    m_pause->setCheckable(true);
}

void GuestPage::attach(GuestJob& job) {
    connect(m_pause, &QAction::triggered, &job, &GuestJob::setPaused);
    connect(&job, &GuestJob::guestPaused, this, &GuestPage::guestPaused);
    m_job = &job;
    connect(&job, &GuestJob::phaseChanged, this, [this] {
        const GuestJob::Phase phase = m_job->phase();
        stage().reset();
        stage().setVisible(phase == GuestJob::Phase::preparing ||
                           phase == GuestJob::Phase::creating);
    });
    connect(&job, &GuestJob::creationFailed, this, &GuestPage::creationFailed);
    connect(&stage(), &StageBar::cancelled, this, [this] {
        if (m_job->phase() != GuestJob::Phase::creating) return m_job->cancel();
        m_job->cancelCreation();
        stage().showCancelling();
    });
    connect(&job, &GuestJob::taskFailed, this, &GuestPage::showFailure);
    connect(&job.job(), &Job::progressed, this, [this, &job] {
        if (job.job().isCancelling()) {
            stage().showCancelling();
        } else {
            stage().setStage(job.job().view());
        }
    });
    connect(&job.job(), &Job::finished, this, [this, &job] {
        const bool failed = job.job().state() == Job::State::failed;
        Q_EMIT jobEnded(failed ? toQt(job.job().error().message) : heading().text(),
                        job.job().seconds());
    });
    connect(&job.job(), &Job::noticed, &side(), &GuestSide::log);
    connect(&job.job(), &Job::stageFinished, this, [this](const QString& stage, double seconds) {
        if (stage.isEmpty()) return;  // the guest was the person's
        side().log(tr("%1: %2").arg(stage, durationText(seconds).replace(u' ', QChar::Nbsp)));
    });
}

void GuestPage::guestPaused(bool paused, const QString& reason) {
    m_pause->setChecked(paused);
    if (reason.isEmpty()) {
        side().log(paused ? tr("The guest stands still") : tr("The guest runs"));
        return;
    }
    showFailure(reason);
    error().offer(tr("Let the guest go o&n"), [this] { m_job->setPaused(false); });
}

void GuestPage::askForOverlay(const QString& title, const OverlayNeeds& needs) {
    CreateOverlayDialog dialog(title, needs, window());
    if (dialog.exec() != QDialog::Accepted) return;
    OverlayOrder order = dialog.order();
    complete(order);
    StudioSettings::setOverlayFolder(QFileInfo(order.file).absolutePath());
    error().clear();
    m_job->createOverlay(order);
}

void GuestPage::creationFailed(const QString& message) {
    console().view().setFocus();
    if (message.isEmpty()) {
        side().log(tr("Cancelled: no overlay was made, the guest is as it was"));
        return;
    }
    showFailure(message);
    error().offer(tr("R&etry"), [this] { m_job->createOverlay(overlayOrder()); });
    error().offer(tr("&Back to the console"), [this] { console().view().setFocus(); });
    error().offer(tr("Discard the g&uest…"), [this] { discard(); });
}

}  // namespace cloudlet
