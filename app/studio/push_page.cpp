#include "app/studio/push_page.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_connector.h"
#include "app/studio/settings.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

PushPage::PushPage(StudioServices& services, const PushOrder& order, QWidget* parent)
    : GuestFrame(parent),
      m_job(new PushJob(services, order, this)),
      m_name(QFileInfo(order.file).completeBaseName()),
      m_server(toQt(order.server.name)) {
    buildActions();
    heading().setText(
        (order.base ? tr("The base of \"%1\" goes to %2…") : tr("\"%1\" is offered to %2…"))
            .arg(m_name, m_server));
    side().setFact(tr("Cloudlet:"), m_server);
    side().setFact(tr("Address:"), toQt(order.server.address.text()));
    connect(m_job, &PushJob::accepted, this, &PushPage::accepted);
    connect(m_job, &PushJob::stateChanged, this, &PushPage::stateChanged);
    connect(m_job, &PushJob::told, this, &PushPage::told);
    connect(m_job, &PushJob::cut, this,
            [this](const QString& why) { side().log(tr("%1; trying to come back").arg(why)); });
    connect(m_job, &PushJob::answered, this, [this](int port, double seconds) {
        side().setFact(tr("First answer after:"), durationText(seconds));
        side().log(tr("Port %1 answers").arg(port));
    });
    connect(&stage(), &StageBar::cancelled, m_job, &PushJob::cancel);
    connect(&m_job->job(), &Job::progressed, this, [this] {
        if (m_job->job().isCancelling()) {
            stage().showCancelling();
        } else {
            stage().setStage(m_job->job().view());
        }
    });
    connect(&m_job->job(), &Job::noticed, &side(), &GuestSide::log);
    connect(&m_job->job(), &Job::finished, this, &PushPage::ended);
    refresh();
    m_job->start();
}

PushPage::~PushPage() {
    closeConsole();
}

void PushPage::buildActions() {
    m_finish = addAction(tr("F&inish"), tr("Ends the VM on the cloudlet"));
    m_keep = addAction(tr("Keep runnin&g"),
                       tr("Leaves the VM running there; find it again under Cloudlets"));
    m_residue = addAction(tr("Fetch resi&due…"),
                          tr("Brings back what the VM has become, as an overlay, and ends it"));
    connect(m_finish, &QAction::triggered, this, [this] { finish(push::Then::end); });
    connect(m_keep, &QAction::triggered, this, [this] { finish(push::Then::keep); });
    connect(m_residue, &QAction::triggered, this, &PushPage::askForResidue);
}

QString PushPage::title() const {
    return tr("Push: %1").arg(m_name);
}

QList<ActionCommand> PushPage::commands() const {
    const PushOrder& order = m_job->order();
    return {{tr("Push"), CommandLines::push(order)},
            {plainWords(m_keep->text()), CommandLines::push(order, QStringLiteral(" --detach"))},
            {plainWords(m_residue->text()),
             CommandLines::push(order, QStringLiteral(" --residue FILE"))}};
}

QString PushPage::wouldLose() const {
    if (!m_job->job().isRunning()) return {};
    return tr("\"%1\" is on %2; closing ends its VM there. \"Keep running\" leaves it.")
        .arg(m_name, m_server);
}

// What can be done now: nothing twice, and what needs all of the overlay only when it is there.
void PushPage::refresh() {
    const bool running = m_job->job().isRunning() && !m_then;
    const bool complete = m_phase == push::Phase::complete;
    m_finish->setEnabled(running && (complete || m_phase == push::Phase::running));
    m_keep->setEnabled(running && complete);
    m_residue->setEnabled(running && complete);
    stage().setVisible(m_job->job().isRunning() && (!complete || m_then));
}

void PushPage::accepted(const QString& session, quint64 alreadyThere) {
    if (session == m_session) {
        side().log(tr("The line is back; %1 are there").arg(bytesText(alreadyThere)));
        return;
    }
    m_session = session;
    heading().setText(tr("\"%1\" is on its way to %2…").arg(m_name, m_server));
    side().log(tr("The cloudlet takes it"));
}

void PushPage::stateChanged(const PushState& state) {
    const bool runs = state.phase == push::Phase::running || state.phase == push::Phase::complete;
    const bool ran = m_phase == push::Phase::running || m_phase == push::Phase::complete;
    if (runs && !ran) {
        heading().setText(tr("\"%1\" runs on %2.").arg(m_name, m_server));
        side().setFact(tr("Running after:"), durationText(state.seconds));
        side().setForwards(state.forwards, urlHost(m_job->order().server.address));
        showConsole(
            remoteConnector(m_job->order().server.access(), m_session, m_console.get_token()),
            tr("Console of %1 on %2").arg(m_name, m_server), VncLink::network);
    }
    if (state.phase == push::Phase::complete && m_phase != push::Phase::complete) {
        side().setFact(tr("Complete after:"), durationText(state.seconds));
        side().setFact(tr("There:"), tr("all of it"));
    }
    m_phase = state.phase;
    refresh();
}

void PushPage::told(const push::Statistics& statistics) {
    if (m_phase != push::Phase::complete) {
        side().setFact(tr("There:"), tr("%1 of %2")
                                         .arg(bytesText(statistics.receivedBytes),
                                              bytesText(statistics.totalBytes)));
    }
    side().setFact(tr("Window:"), bytesText(statistics.windowBytes));
    side().setFact(tr("Waited for:"),
                   tr("%Ln segment(s)", nullptr, static_cast<int>(statistics.demandedSegments)));
}

void PushPage::askForResidue() {
    const QString file =
        QFileDialog::getSaveFileName(window(), tr("Where to put the residue"),
                                     StudioSettings::overlayFolder() + u'/' +
                                         tr("%1, used").arg(m_name) + QStringLiteral(".cloudlet"),
                                     tr("Overlays (*.cloudlet)"));
    if (file.isEmpty() || !m_residue->isEnabled()) return;
    m_residueFile = file;
    finish(push::Then::residue, file);
}

void PushPage::finish(push::Then then, const QString& residueFile) {
    m_then = then;
    m_job->finish(then, residueFile);
    if (then != push::Then::keep) closeConsole();
    heading().setText(then == push::Then::residue
                          ? tr("What \"%1\" has become is being fetched…").arg(m_name)
                          : tr("\"%1\" is being finished…").arg(m_name));
    refresh();
}

void PushPage::closeConsole() {
    m_console.request_stop();
    console().view().close();
}

void PushPage::ended() {
    closeConsole();
    refresh();
    const Job& job = m_job->job();
    if (m_then != push::Then::keep || job.state() != Job::State::done) side().setForwards({});
    switch (job.state()) {
        case Job::State::failed:
            heading().setText(tr("\"%1\" does not run on %2.").arg(m_name, m_server));
            showFailure(toQt(job.error().message));
            break;
        case Job::State::cancelled:
            heading().setText(tr("Cancelled; nothing of it is left on %1.").arg(m_server));
            break;
        default:
            if (m_then == push::Then::keep) {
                heading().setText(tr("\"%1\" runs on, on %2.").arg(m_name, m_server));
            } else if (m_then == push::Then::residue) {
                heading().setText(tr("\"%1\" has ended; what it had become is in %2.")
                                      .arg(m_name, m_residueFile));
            } else {
                heading().setText(tr("\"%1\" has ended.").arg(m_name));
            }
    }
    Q_EMIT jobEnded(
        job.state() == Job::State::failed ? toQt(job.error().message) : heading().text(),
        job.seconds());
}

}  // namespace cloudlet
