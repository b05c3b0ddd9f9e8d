#include "app/studio/run_page.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>

#include "app/studio/confirm.h"
#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "widgets/console_panel.h"

namespace cloudlet {

RunPage::RunPage(StudioServices& services, const QString& overlay, QWidget* parent)
    : GuestPage(parent),
      m_job(new RunJob(services, overlay, this)),
      m_save(addAction(tr("Save &changes…"),
                       tr("Makes a new overlay of what this VM has become; the VM runs on"))),
      m_stop(addAction(tr("St&op"), tr("Ends the VM at once"))),
      m_again(addAction(tr("Run a&gain"), tr("Brings the VM to life anew"))),
      m_name(QFileInfo(overlay).completeBaseName()) {
    connect(m_save, &QAction::triggered, this,
            [this] { askForOverlay(tr("%1, used").arg(m_name), {}); });
    connect(m_stop, &QAction::triggered, m_job, &RunJob::stop);
    connect(m_again, &QAction::triggered, this, [this] { Q_EMIT runRequested(m_job->overlay()); });
    attach(*m_job);
    connect(m_job, &RunJob::phaseChanged, this, &RunPage::phaseChanged);
    connect(m_job, &RunJob::guestReady, this, &RunPage::guestReady);
    connect(m_job, &RunJob::watched, this, &RunPage::showStatus);
    connect(m_job, &RunJob::residueCreated, this, &RunPage::residueCreated);
    connect(m_job, &RunJob::answered, this, [this](int port, double seconds) {
        side().setFact(tr("First answer after:"), durationText(seconds));
        side().log(tr("Port %1 answers").arg(port));
    });
    phaseChanged();
    m_job->start();
}

RunPage::~RunPage() = default;

QString RunPage::title() const {
    return tr("Run: %1").arg(m_name);
}

QList<ActionCommand> RunPage::commands() const {
    const QString& file = m_job->overlay();
    return {
        {plainWords(m_again->text()), CommandLines::run(file)},
        {tr("Start it while it arrives"),
         CommandLines::run(file, QStringLiteral(" --early-start"))},
        {plainWords(m_save->text()), CommandLines::run(file, QStringLiteral(" --residue FILE"))}};
}

QString RunPage::wouldLose() const {
    switch (m_job->phase()) {
        case GuestJob::Phase::running:
            return tr("\"%1\" runs; closing ends it, and what it holds is lost.").arg(m_name);
        case GuestJob::Phase::creating:
            return tr("The changes of \"%1\" are not saved yet.").arg(m_name);
        default:
            return {};
    }
}

void RunPage::phaseChanged() {
    using Phase = GuestJob::Phase;
    const Phase phase = m_job->phase();
    for (QAction* action : {&pauseAction(), m_save, m_stop}) {
        action->setVisible(phase != Phase::ended);
        action->setEnabled(phase == Phase::running);
    }
    m_again->setVisible(phase == Phase::ended);
    switch (phase) {
        case Phase::preparing:
            heading().setText(tr("\"%1\" comes to life…").arg(m_name));
            break;
        case Phase::running:
            heading().setText(tr("\"%1\" runs.").arg(m_name));
            break;
        case Phase::creating:
            heading().setText(tr("What \"%1\" has become is being saved…").arg(m_name));
            break;
        case Phase::ended:
            ended();
            break;
    }
}

void RunPage::guestReady(const RunFacts& facts) {
    if (!facts.title.isEmpty()) m_name = facts.title;
    heading().setText(tr("\"%1\" runs.").arg(m_name));
    side().setFact(tr("Base:"), facts.base);
    side().setFact(tr("Running after:"), durationText(facts.runningSeconds));
    if (!facts.early) side().setFact(tr("Overlay placed in:"), durationText(facts.placeSeconds));
    side().setFact(tr("Resumed in:"), durationText(facts.resumeSeconds));
    side().setForwards(facts.guest.forwards);
    showConsole(unixConnector(facts.guest.console), tr("Console of %1").arg(m_name));
    Q_EMIT titleChanged();
}

void RunPage::showStatus(const RunStatus& status) {
    side().setFact(tr("Complete after:"),
                   status.completeSeconds > 0
                       ? durationText(status.completeSeconds)
                       : tr("%1 of %2 are here")
                             .arg(bytesText(status.fetchedBytes), bytesText(status.overlayBytes)));
    side().setFact(tr("In time:"),
                   tr("%Ln chunk(s)", nullptr, static_cast<int>(status.timelyChunks)));
    side().setFact(tr("Waited for:"),
                   tr("%Ln chunk(s)", nullptr, static_cast<int>(status.demandedChunks)));
}

void RunPage::residueCreated(const CreatedOverlay& created) {
    side().log(tr("Saved as %1: %2, the guest stood still for %3")
                   .arg(overlayOrder().file, bytesText(created.overlay.fileBytes),
                        durationText(created.stoppedSeconds)));
    heading().setText(tr("\"%1\" runs. What it had become is saved as \"%2\".")
                          .arg(m_name, overlayOrder().title));
    Q_EMIT libraryChanged();
}

void RunPage::discard() {
    if (confirm(window(), tr("End the VM of \"%1\"?").arg(m_name),
                tr("What it has become is lost."), tr("&End the VM"))) {
        m_job->stop();
    }
}

void RunPage::ended() {
    console().view().close();
    side().setForwards({});
    const Job& job = m_job->job();
    switch (job.state()) {
        case Job::State::failed:
            heading().setText(tr("\"%1\" does not run any more.").arg(m_name));
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
