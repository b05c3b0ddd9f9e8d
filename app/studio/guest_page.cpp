#include "app/studio/guest_page.h"

#include <QAction>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolBar>
#include <QVBoxLayout>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

GuestPage::GuestPage(QWidget* parent)
    : Page(parent),
      m_heading(new QLabel),
      m_bar(new QToolBar),
      m_console(new ConsolePanel),
      m_side(new GuestSide),
      m_stage(new StageBar),
      m_error(new ErrorPanel) {
    m_heading->setWordWrap(true);
    m_heading->setTextFormat(Qt::PlainText);
    m_bar->setAccessibleName(tr("Guest"));
    m_pause = addAction(tr("&Pause"), tr("The guest stands still until you press this again"));
    m_pause->setCheckable(true);
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(m_bar);
    auto* middle = new QHBoxLayout;
    middle->addWidget(m_console, 1);
    middle->addWidget(m_side);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(middle, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_error);
    connect(m_console, &ConsolePanel::problem, this,
            [this](const QString& sentence) { m_error->showError(sentence); });
}

QAction* GuestPage::addAction(const QString& text, const QString& toolTip) {
    QAction* action = m_bar->addAction(text);
    action->setToolTip(toolTip);
    m_bar->widgetForAction(action)->setFocusPolicy(Qt::TabFocus);
    return action;
}

void GuestPage::attach(GuestJob& job) {
    connect(m_pause, &QAction::triggered, &job, &GuestJob::setPaused);
    connect(&job, &GuestJob::guestPaused, this, [this](bool paused, const QString& reason) {
        m_pause->setChecked(paused);
        const QString why = reason.isEmpty() ? QString() : QStringLiteral(": ") + reason;
        m_side->log((paused ? tr("The guest stands still") : tr("The guest runs")) + why);
    });
    m_job = &job;
    connect(&job, &GuestJob::phaseChanged, this, [this] {
        const GuestJob::Phase phase = m_job->phase();
        m_stage->reset();
        m_stage->setVisible(phase == GuestJob::Phase::preparing ||
                            phase == GuestJob::Phase::creating);
    });
    connect(&job, &GuestJob::creationFailed, this, &GuestPage::creationFailed);
    connect(m_stage, &StageBar::cancelled, this, [this] {
        if (m_job->phase() != GuestJob::Phase::creating) return m_job->cancel();
        m_job->cancelCreation();
        m_stage->showCancelling();
    });
    connect(&job, &GuestJob::taskFailed, this, &GuestPage::showFailure);
    connect(&job.job(), &Job::progressed, this, [this, &job] {
        if (job.job().isCancelling()) {
            m_stage->showCancelling();
        } else {
            m_stage->setStage(job.job().view());
        }
    });
    connect(&job.job(), &Job::finished, this, [this, &job] {
        const bool failed = job.job().state() == Job::State::failed;
        Q_EMIT jobEnded(failed ? toQt(job.job().error().message) : m_heading->text(),
                        job.job().seconds());
    });
    connect(&job.job(), &Job::noticed, m_side, &GuestSide::log);
    connect(&job.job(), &Job::stageFinished, this, [this](const QString& stage, double seconds) {
        if (stage.isEmpty()) return;  // the guest was the person's
        m_side->log(tr("%1: %2").arg(stage, durationText(seconds)));
    });
}

void GuestPage::askForOverlay(const QString& title, const OverlayNeeds& needs) {
    CreateOverlayDialog dialog(title, needs, window());
    if (dialog.exec() != QDialog::Accepted) return;
    OverlayOrder order = dialog.order();
    complete(order);
    StudioSettings::setOverlayFolder(QFileInfo(order.file).absolutePath());
    m_error->clear();
    m_job->createOverlay(order);
}

void GuestPage::creationFailed(const QString& message) {
    m_console->view().setFocus();
    if (message.isEmpty()) {
        m_side->log(tr("Cancelled: no overlay was made, the guest is as it was"));
        return;
    }
    showFailure(message);
    m_error->offer(tr("&Retry"), [this] { m_job->createOverlay(overlayOrder()); });
    m_error->offer(tr("&Back to the console"), [this] { m_console->view().setFocus(); });
    m_error->offer(tr("Discard the &guest…"), [this] { discard(); });
}

void GuestPage::showConsole(const QString& socket, const QString& name) {
    m_console->view().setAccessibleName(name);
    m_console->view().open(unixConnector(socket));
    m_console->view().setFocus();
}

void GuestPage::showFailure(const QString& message) {
    const QString more = message.section(u'\n', 1) + u'\n' + m_side->logText();
    m_error->showError(message.section(u'\n', 0, 0), more.trimmed());
    m_side->log(message.section(u'\n', 0, 0));
}

}  // namespace cloudlet
