#include "app/studio/run_page.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

RunPage::RunPage(StudioServices& services, const QString& overlay, QWidget* parent)
    : GuestPage(parent),
      m_job(new RunJob(services, overlay, this)),
      m_name(QFileInfo(overlay).completeBaseName()) {
    m_stop = addAction(tr("&Stop"), tr("Ends the VM at once"));
    m_again = addAction(tr("&Run again"), tr("Brings the VM to life anew"));
    connect(m_stop, &QAction::triggered, m_job, &RunJob::stop);
    connect(m_again, &QAction::triggered, this, [this] { Q_EMIT runRequested(m_job->overlay()); });
    attach(*m_job);
    connect(m_job, &RunJob::phaseChanged, this, &RunPage::phaseChanged);
    connect(m_job, &RunJob::guestReady, this, &RunPage::guestReady);
    connect(m_job, &RunJob::answered, this, [this](int port, double seconds) {
        side().setFact(tr("Port %1 answers:").arg(port), tr("%1 later").arg(durationText(seconds)));
        side().log(tr("Port %1 answers").arg(port));
    });
    connect(&stage(), &StageBar::cancelled, m_job, &RunJob::cancel);
    phaseChanged();
    m_job->start();
}

RunPage::~RunPage() = default;

QString RunPage::title() const {
    return tr("Run: %1").arg(m_name);
}

QString RunPage::commandLine() const {
    return QStringLiteral("cloudlet synthesis %1").arg(shellQuoted(m_job->overlay()));
}

QString RunPage::wouldLose() const {
    return m_job->phase() == RunJob::Phase::running
               ? tr("\"%1\" runs; closing ends it, and what it holds is lost.").arg(m_name)
               : QString();
}

void RunPage::phaseChanged() {
    using Phase = RunJob::Phase;
    const Phase phase = m_job->phase();
    stage().setVisible(phase == Phase::synthesising);
    pauseAction().setVisible(phase != Phase::ended);
    m_stop->setVisible(phase != Phase::ended);
    pauseAction().setEnabled(phase == Phase::running);
    m_stop->setEnabled(phase == Phase::running);
    m_again->setVisible(phase == Phase::ended);
    if (phase == Phase::synthesising) {
        heading().setText(tr("\"%1\" comes to life…").arg(m_name));
    } else if (phase == Phase::ended) {
        ended();
    }
}

void RunPage::guestReady(const RunFacts& facts) {
    if (!facts.title.isEmpty()) m_name = facts.title;
    heading().setText(
        tr("\"%1\" runs, %2 after the click.").arg(m_name, durationText(facts.runningSeconds)));
    side().setFact(tr("Base:"), facts.base);
    side().setFact(tr("Base copied in:"), durationText(facts.copySeconds));
    side().setFact(tr("Overlay placed in:"), durationText(facts.replaySeconds));
    side().setFact(tr("Resumed in:"), durationText(facts.resumeSeconds));
    side().setForwards(facts.guest.forwards);
    showConsole(facts.guest.console, tr("Console of %1").arg(m_name));
    Q_EMIT titleChanged();
}

void RunPage::ended() {
    console().view().close();
    side().setForwards({});
    const Job& job = m_job->job();
    switch (job.state()) {
        case Job::State::failed:
            heading().setText(tr("\"%1\" does not run.").arg(m_name));
            showFailure(toQt(job.error().message));
            return;
        case Job::State::cancelled:
            heading().setText(tr("Cancelled."));
            return;
        default:
            heading().setText(tr("\"%1\" has ended.").arg(m_name));
    }
}

}  // namespace cloudlet
