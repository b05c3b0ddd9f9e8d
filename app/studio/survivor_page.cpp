#include "app/studio/survivor_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolBar>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "engine/jobs/guest.h"
#include "engine/vm/domain_plan.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"

namespace cloudlet {

namespace {

QList<ForwardFact> forwardsOf(const SessionRecord& session) {
    QList<ForwardFact> facts;
    for (const PortForward& forward : forwardsFromJson(session.forwards)) {
        facts.append(
            {forward.protocol == PortForward::Protocol::tcp, forward.hostPort, forward.guestPort});
    }
    return facts;
}

}  // namespace

SurvivorPage::SurvivorPage(StudioServices& services, const SessionRecord& session, QWidget* parent)
    : Page(parent),
      m_session(session),
      m_heading(new QLabel(tr("\"%1\" runs on, though the program that started it has ended.")
                               .arg(toQt(session.title)))),
      m_console(new ConsolePanel),
      m_side(new GuestSide),
      m_error(new ErrorPanel) {
    m_heading->setTextFormat(Qt::PlainText);
    m_heading->setWordWrap(true);
    auto* bar = new QToolBar;
    bar->setAccessibleName(tr("Guest"));
    m_end = bar->addAction(tr("&End the VM"));
    m_end->setToolTip(tr("Ends it at once and removes its files"));
    bar->widgetForAction(m_end)->setFocusPolicy(Qt::TabFocus);
    m_side->setForwards(forwardsOf(session));
    if (session.kind == SessionKind::author) {
        m_side->log(
            tr("It was being authored. Save what you need through its console or its "
               "ports: an overlay can only be made by the program that started it."));
    }
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(bar);
    auto* middle = new QHBoxLayout;
    middle->addWidget(m_console, 1);
    middle->addWidget(m_side);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(middle, 1);
    layout->addWidget(m_error);
    connect(m_console, &ConsolePanel::problem, this,
            [this](const QString& sentence) { m_error->showError(sentence); });
    connect(m_end, &QAction::triggered, this, [this, &services] {
        m_end->setEnabled(false);
        m_console->view().close();
        m_job.start([&services, record = m_session](Progress&, const std::stop_token&) {
            return endSurvivor(services.catalog(), record);
        });
    });
    connect(&m_job, &Job::finished, this, &SurvivorPage::ended);
    m_console->view().setAccessibleName(tr("Console of %1").arg(toQt(session.title)));
    m_console->view().open(unixConnector(toQt(RunFiles{session.runFolder}.consoleSocket())));
}

SurvivorPage::~SurvivorPage() = default;

QString SurvivorPage::title() const {
    return tr("Left: %1").arg(toQt(m_session.title));
}

QString SurvivorPage::commandLine() const {
    return QStringLiteral("cloudlet stop %1").arg(toQt(m_session.id).left(8));
}

void SurvivorPage::ended() {
    if (m_job.state() == Job::State::done) {
        m_heading->setText(
            tr("\"%1\" has ended; its files are removed.").arg(toQt(m_session.title)));
        m_side->setForwards({});
        return;
    }
    m_end->setEnabled(true);
    m_error->showError(toQt(m_job.error().message));
}

}  // namespace cloudlet
