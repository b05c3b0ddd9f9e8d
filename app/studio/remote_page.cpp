#include "app/studio/remote_page.h"

#include <QLabel>

#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "app/studio/remote_connector.h"
#include "widgets/console_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

RemotePage::RemotePage(const PairedServer& server, const ServerState::Session& session,
                       QWidget* parent)
    : GuestFrame(parent),
      m_name(toQt(session.title)),
      m_session(toQt(session.id)),
      m_cloudlet(toQt(server.name)) {
    heading().setText(
        tr("\"%1\" runs on %2; closing this page leaves it.").arg(m_name, m_cloudlet));
    stage().hide();
    side().setFact(tr("Cloudlet:"), m_cloudlet);
    side().setFact(tr("Address:"), toQt(server.address.text()));
    side().setForwards(forwardFacts(session.forwards), urlHost(server.address));
    showConsole(remoteConnector(server.access(), toQt(session.id), m_console.get_token()),
                tr("Console of %1 on %2").arg(m_name, m_cloudlet), VncLink::network);
}

RemotePage::~RemotePage() {
    m_console.request_stop();
    console().view().close();
}

QString RemotePage::title() const {
    return tr("On a cloudlet: %1").arg(m_name);
}

QList<ActionCommand> RemotePage::commands() const {
    return {{tr("Look at it"),
             CommandLines::plain(QStringLiteral("list-server"), {QStringLiteral("--ask")})},
            {tr("Fetch its changes"),
             CommandLines::plain(QStringLiteral("fetch-residue"),
                                 {m_session, QStringLiteral("--from"), m_cloudlet,
                                  QStringLiteral("-o"), QStringLiteral("FILE")})},
            {tr("End it"), CommandLines::plain(QStringLiteral("end-session"),
                                               {m_session, QStringLiteral("--from"), m_cloudlet})}};
}

}  // namespace cloudlet
