#include "app/studio/survivor_page.h"

#include <QAction>
#include <QLabel>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "engine/jobs/guest.h"
#include "engine/vm/domain_plan.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

SurvivorPage::SurvivorPage(StudioServices& services, const SessionRecord& session, QWidget* parent)
    : GuestFrame(parent),
      m_session(session),
      m_end(addAction(tr("&End the VM"), tr("Ends it at once and removes its files"))) {
    heading().setText(tr("\"%1\" runs on, though the program that started it has ended.")
                          .arg(toQt(session.title)));
    stage().hide();
    side().setFact(tr("Started:"), dateText(session.started));
    side().setFact(tr("Session:"), toQt(session.id).left(8));
    side().setForwards(forwardFacts(forwardsFromJson(session.forwards)));
    connect(m_end, &QAction::triggered, this, [this, &services] {
        m_end->setEnabled(false);
        console().view().close();
        m_job.start([&services, record = m_session](Progress&, const std::stop_token&) {
            return endSurvivor(services.catalog(), record);
        });
    });
    connect(&m_job, &Job::finished, this, &SurvivorPage::ended);
    console().view().setAccessibleName(tr("Console of %1").arg(toQt(session.title)));
    console().view().open(unixConnector(toQt(RunFiles{session.runFolder}.consoleSocket())));
}

SurvivorPage::~SurvivorPage() = default;

// The console would keep the Tab key.
void SurvivorPage::showEvent(QShowEvent* event) {
    GuestFrame::showEvent(event);
    focus(m_end);
}

QString SurvivorPage::title() const {
    return tr("Left: %1").arg(toQt(m_session.title));
}

QList<ActionCommand> SurvivorPage::commands() const {
    const QString id = toQt(m_session.id).left(8);
    return {{plainWords(m_end->text()), CommandLines::plain(QStringLiteral("stop"), {id})},
            {tr("Save its changes"),
             CommandLines::plain(QStringLiteral("residue"),
                                 {id, QStringLiteral("-o"), QStringLiteral("FILE")})},
            {tr("Save a picture"),
             CommandLines::plain(QStringLiteral("screenshot"), {id, QStringLiteral("PNG")})}};
}

void SurvivorPage::ended() {
    if (m_job.state() == Job::State::done) {
        heading().setText(
            tr("\"%1\" has ended; its files are removed.").arg(toQt(m_session.title)));
        side().setForwards({});
        return;
    }
    m_end->setEnabled(true);
    error().showError(toQt(m_job.error().message));
}

}  // namespace cloudlet
