#include "app/studio/author_page.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>

#include "app/studio/author_dialogs.h"
#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

AuthorPage::AuthorPage(StudioServices& services, const AuthorOrder& order, QWidget* parent)
    : GuestPage(parent), m_job(new AuthorJob(services, order, this)) {
    buildActions();
    side().setFact(tr("Base:"), order.base);
    attach(*m_job);
    connect(m_job, &AuthorJob::phaseChanged, this, &AuthorPage::phaseChanged);
    connect(m_job, &AuthorJob::guestReady, this, &AuthorPage::guestReady);
    connect(&stage(), &StageBar::cancelled, this, &AuthorPage::discard);
    phaseChanged();
    m_job->start();
}

AuthorPage::~AuthorPage() = default;

QString AuthorPage::title() const {
    return tr("Author: %1").arg(m_job->order().base);
}

QString AuthorPage::commandLine() const {
    QString line = QStringLiteral("cloudlet overlay %1").arg(shellQuoted(m_job->order().base));
    for (const PortForward& forward : m_job->order().forwards) {
        line += QStringLiteral(" --forward %1").arg(toQt(forward.text()));
    }
    const QString file =
        m_overlay.file.isEmpty() ? QStringLiteral("overlay.cloudlet") : m_overlay.file;
    line += QStringLiteral(" -o %1").arg(shellQuoted(file));
    if (!m_overlay.title.isEmpty()) {
        line += QStringLiteral(" --title %1").arg(shellQuoted(m_overlay.title));
    }
    return line;
}

QString AuthorPage::wouldLose() const {
    switch (m_job->phase()) {
        case AuthorJob::Phase::customising:
            return tr("The changes in the guest of \"%1\" are in no overlay yet.")
                .arg(m_job->order().base);
        case AuthorJob::Phase::creating:
            return tr("The overlay of \"%1\" is not finished.").arg(m_job->order().base);
        default:
            return {};
    }
}

void AuthorPage::buildActions() {
    m_script =
        addAction(tr("Run &script…"), tr("Runs a file as root in the guest, through its agent"));
    m_discard = addAction(tr("&Discard"), tr("Ends the guest and makes no overlay"));
    m_create =
        addAction(tr("&Create overlay…"), tr("Writes what you changed to one file (Ctrl+Shift+C)"));
    m_create->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    m_run = addAction(tr("&Run it here"), tr("Brings the VM of this overlay to life"));
    connect(m_script, &QAction::triggered, this, &AuthorPage::askForScript);
    connect(m_discard, &QAction::triggered, this, &AuthorPage::discard);
    connect(m_create, &QAction::triggered, this, &AuthorPage::askForOverlay);
    connect(m_run, &QAction::triggered, this, [this] { Q_EMIT runRequested(m_overlay.file); });
}

void AuthorPage::phaseChanged() {
    using Phase = AuthorJob::Phase;
    const Phase phase = m_job->phase();
    const bool works = phase == Phase::customising;
    stage().setVisible(phase == Phase::preparing || phase == Phase::creating);
    for (QAction* action : {&pauseAction(), m_script, m_create, m_discard}) {
        action->setEnabled(works);
        action->setVisible(phase != Phase::ended);
    }
    m_run->setVisible(phase == Phase::ended && m_job->job().state() == Job::State::done);
    switch (phase) {
        case Phase::preparing:
            heading().setText(tr("The base \"%1\" resumes…").arg(m_job->order().base));
            break;
        case Phase::customising:
            heading().setText(tr("Make the guest what it shall be, then create the overlay."));
            break;
        case Phase::creating:
            heading().setText(tr("The overlay \"%1\" is being made…").arg(m_overlay.title));
            break;
        case Phase::ended:
            ended();
            break;
    }
}

void AuthorPage::guestReady(const GuestFacts& facts) {
    showConsole(facts.console, tr("Console of the guest of %1").arg(m_job->order().base));
    side().setForwards(facts.forwards);
}

void AuthorPage::ended() {
    const Job& job = m_job->job();
    if (job.state() == Job::State::done) {
        const AuthorReport& report = m_job->report();
        console().view().close();
        heading().setText(
            tr("The overlay \"%1\" is in %2, %3 large.")
                .arg(m_overlay.title, m_overlay.file, bytesText(report.overlay.fileBytes)));
        side().setFact(tr("Size:"), bytesText(report.overlay.fileBytes));
        side().setFact(tr("Stood still:"), durationText(report.stoppedSeconds));
        side().setFact(tr("Encoded in:"), durationText(report.encodeSeconds));
        side().setFact(tr("Verified in:"), durationText(report.verifySeconds));
        side().log(tr("The overlay was replayed and compared with the guest: equal."));
        Q_EMIT libraryChanged();
        return;
    }
    side().setForwards({});
    if (job.state() == Job::State::cancelled) console().view().close();
    heading().setText(job.state() == Job::State::cancelled ? tr("Discarded. No overlay was made.")
                                                           : tr("No overlay was made."));
    if (job.state() != Job::State::failed) return;
    showFailure(toQt(job.error().message));
}

void AuthorPage::askForScript() {
    const QString file = QFileDialog::getOpenFileName(window(), tr("Run a script in the guest"));
    if (file.isEmpty()) return;
    side().log(tr("Running %1").arg(file));
    m_job->runScript(file);
}

void AuthorPage::askForOverlay() {
    CreateOverlayDialog dialog(m_job->order().base + QStringLiteral(" overlay"), window());
    if (dialog.exec() != QDialog::Accepted) return;
    m_overlay = dialog.order();
    StudioSettings::setOverlayFolder(QFileInfo(m_overlay.file).absolutePath());
    error().clear();
    stage().reset();
    m_job->createOverlay(m_overlay);
}

void AuthorPage::discard() {
    if (m_job->phase() == AuthorJob::Phase::customising) {
        const auto answer = QMessageBox::question(
            window(), tr("Discard"), tr("End the guest? What you changed in it is lost."),
            QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Cancel);
        if (answer != QMessageBox::Discard) return;
    }
    m_job->cancel();
}

}  // namespace cloudlet
