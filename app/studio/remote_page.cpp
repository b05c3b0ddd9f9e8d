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
    : GuestFrame(parent), m_name(toQt(session.title)) {
    const QString cloudlet = toQt(server.name);
    heading().setText(tr("\"%1\" runs on %2; closing this page leaves it.").arg(m_name, cloudlet));
    stage().hide();
    side().setFact(tr("Cloudlet:"), cloudlet);
    side().setFact(tr("Address:"), toQt(server.address.text()));
    side().setForwards(forwardFacts(session.forwards), urlHost(server.address));
    showConsole(remoteConnector(server.access(), toQt(session.id), m_console.get_token()),
                tr("Console of %1 on %2").arg(m_name, cloudlet), VncLink::network);
}

RemotePage::~RemotePage() {
    m_console.request_stop();
    console().view().close();
}

QString RemotePage::title() const {
    return tr("On a cloudlet: %1").arg(m_name);
}

QString RemotePage::commandLine() const {
    return QStringLiteral("cloudlet list-server --ask");
}

}  // namespace cloudlet
