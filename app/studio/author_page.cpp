#include "app/studio/author_page.h"

#include <QAction>
#include <QFileDialog>
#include <QLabel>

#include "app/studio/confirm.h"
#include "app/studio/guest_side.h"
#include "app/studio/meter_panel.h"
#include "app/studio/port_table.h"
#include "app/studio/qt_text.h"
#include "widgets/console_panel.h"

namespace cloudlet {

AuthorPage::AuthorPage(StudioServices& services, const AuthorOrder& order, QWidget* parent)
    : GuestPage(parent),
      m_job(new AuthorJob(services, order, this)),
      m_captureFolder(toQt(services.catalog().layout().run())),
      m_meter(new MeterPanel),
      m_forwards(order.forwards) {
    buildActions();
    side().setFact(tr("Base:"), order.base);
    side().addPanel(m_meter);
    attach(*m_job);
    connect(m_job, &AuthorJob::phaseChanged, this, &AuthorPage::phaseChanged);
    connect(m_job, &AuthorJob::guestReady, this, &AuthorPage::guestReady);
    connect(m_job, &AuthorJob::forwardsChanged, this,
            [this](const QList<ForwardFact>& forwards) { side().setForwards(forwards); });
    connect(m_job, &AuthorJob::measured, this, [this](const OverlayEstimate& estimate) {
        m_estimate = estimate;
        m_meter->setEstimate(estimate);
    });
    connect(m_job, &AuthorJob::guestCleaned, this, [this](bool cleaned) {
        side().log(cleaned ? tr("The guest is clean: memory freed, disks trimmed")
                           : tr("The guest has no agent that answers: it is not cleaned"));
    });
    phaseChanged();
    m_job->start();
}

AuthorPage::~AuthorPage() = default;

QString AuthorPage::title() const {
    return tr("Author: %1").arg(m_job->order().base);
}

QList<ActionCommand> AuthorPage::commands() const {
    OverlayOrder overlay = overlayOrder();
    overlay.ports = m_forwards;
    QList<ActionCommand> list{{plainWords(m_create->text()),
                               CommandLines::author(m_job->order(), overlay, m_scriptFile)}};
    if (m_job->phase() != GuestJob::Phase::ended || overlay.file.isEmpty()) return list;
    return list << CommandLines::ofOverlay(overlay.file);
}

QString AuthorPage::wouldLose() const {
    switch (m_job->phase()) {
        case GuestJob::Phase::running:
            return tr("The changes in the guest of \"%1\" are in no overlay yet.")
                .arg(m_job->order().base);
        case GuestJob::Phase::creating:
            return tr("The overlay of \"%1\" is not finished.").arg(m_job->order().base);
        default:
            return {};
    }
}

void AuthorPage::buildActions() {
    m_ports = addAction(tr("P&orts…"), tr("Which ports of the guest open on this machine"));
    m_script =
        addAction(tr("Run scr&ipt…"), tr("Runs a file as root in the guest, through its agent"));
    m_clean = addAction(tr("Clean &guest"),
                        tr("Frees memory and trims disks in the guest now, so that the meter shows "
                           "what you added and nothing else"));
    m_discard = addAction(tr("&Discard…"), tr("Ends the guest and makes no overlay"));
    m_create =
        addAction(tr("&Create overlay…"), tr("Writes what you changed to one file (Ctrl+Shift+C)"));
    m_create->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    setMain(m_create);
    QAction* look = addAction(tr("&Inspect"), tr("Shows what this overlay holds, and where"));
    QAction* send = addAction(tr("&Push to…"), tr("Sends it to a cloudlet and runs it there"));
    QAction* start = addAction(tr("R&un it here"), tr("Brings the VM of this overlay to life"));
    setMain(start);
    m_onceMade = {look, send, start};
    connect(look, &QAction::triggered, this,
            [this] { Q_EMIT inspectRequested(overlayOrder().file); });
    connect(send, &QAction::triggered, this, [this] { Q_EMIT pushRequested(overlayOrder().file); });
    connect(start, &QAction::triggered, this, [this] { Q_EMIT runRequested(overlayOrder().file); });
    connect(m_ports, &QAction::triggered, this, &AuthorPage::askForPorts);
    connect(m_script, &QAction::triggered, this, &AuthorPage::askForScript);
    connect(m_clean, &QAction::triggered, m_job, &AuthorJob::cleanGuest);
    connect(m_discard, &QAction::triggered, this, &AuthorPage::discard);
    connect(m_create, &QAction::triggered, this,
            [this] { askForOverlay(m_job->order().base + QStringLiteral(" overlay"), needs()); });
}

void AuthorPage::phaseChanged() {
    using Phase = GuestJob::Phase;
    const Phase phase = m_job->phase();
    for (QAction* action : {&pauseAction(), m_ports, m_script, m_clean, m_create, m_discard}) {
        action->setEnabled(phase == Phase::running);
        action->setVisible(phase != Phase::ended);
    }
    const bool isMade = phase == Phase::ended && m_job->job().state() == Job::State::done;
    for (QAction* action : m_onceMade) action->setVisible(isMade);
    switch (phase) {
        case Phase::preparing:
            heading().setText(m_job->order().left
                                  ? tr("The VM that was left is taken over…")
                                  : tr("The base \"%1\" resumes…").arg(m_job->order().base));
            break;
        case Phase::running:
            heading().setText(tr("Make the guest what it shall be, then create the overlay."));
            break;
        case Phase::creating:
            heading().setText(tr("The overlay \"%1\" is being made…").arg(overlayOrder().title));
            break;
        case Phase::ended:
            ended();
            break;
    }
}

void AuthorPage::guestReady(const GuestFacts& facts) {
    showConsole(unixConnector(facts.console),
                tr("Console of the guest of %1").arg(m_job->order().base));
    side().setForwards(facts.forwards);
}

void AuthorPage::ended() {
    const Job& job = m_job->job();
    m_meter->hide();
    side().setForwards({});
    if (job.state() == Job::State::done) return showCreated();
    const bool lost = console().view().isOpen() && !m_job->isKept();
    console().view().close();
    if (job.state() == Job::State::cancelled) {
        heading().setText(tr("Discarded. No overlay was made."));
        return;
    }
    heading().setText(lost ? tr("No overlay was made; what was changed in the guest is lost.")
                           : tr("No overlay was made."));
    showFailure(toQt(job.error().message));
}

void AuthorPage::showCreated() {
    const CreatedOverlay& created = m_job->created();
    const QString size = bytesText(created.overlay.fileBytes);
    console().view().close();
    heading().setText(tr("The overlay \"%1\" is in %2, %3 large.")
                          .arg(overlayOrder().title, overlayOrder().file, size));
    side().setFact(tr("Size:"), size);
    if (m_estimate) side().setFact(tr("Estimated:"), bytesText(m_estimate->fileBytes));
    side().setFact(tr("Stood still:"), durationText(created.stoppedSeconds));
    side().setFact(tr("Encoded in:"), durationText(created.encodeSeconds));
    side().setFact(tr("Verified in:"), durationText(created.verifySeconds));
    side().log(tr("The overlay was replayed and compared with the guest: equal."));
    Q_EMIT libraryChanged();
}

OverlayNeeds AuthorPage::needs() const {
    if (!m_estimate) return {};
    return {m_estimate->fileBytes, m_estimate->changedBytes(), m_captureFolder};
}

void AuthorPage::askForScript() {
    const QString file = QFileDialog::getOpenFileName(window(), tr("Run a script in the guest"));
    if (file.isEmpty()) return;
    side().log(tr("Running %1").arg(file));
    m_scriptFile = file;
    m_job->runScript(file);
}

void AuthorPage::askForPorts() {
    PortDialog dialog(m_forwards, window());
    if (dialog.exec() != QDialog::Accepted) return;
    m_forwards = dialog.forwards();
    m_job->setForwards(m_forwards);
}

void AuthorPage::discard() {
    if (confirm(window(), tr("End the guest of \"%1\"?").arg(m_job->order().base),
                tr("What you changed in it is lost."), tr("&End the guest"))) {
        m_job->cancel();
    }
}

}  // namespace cloudlet
