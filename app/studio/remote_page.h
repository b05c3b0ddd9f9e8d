// The VM of a session that runs on a cloudlet already: its console and its ports. GUI thread.
#pragma once

#include <stop_token>

#include "app/studio/guest_frame.h"
#include "engine/net/paired_servers.h"
#include "engine/net/server_state.h"

namespace cloudlet {

class RemotePage : public GuestFrame {
    Q_OBJECT
public:
    RemotePage(const PairedServer& server, const ServerState::Session& session,
               QWidget* parent = nullptr);
    ~RemotePage() override;

    QString title() const override;
    QList<ActionCommand> commands() const override;

private:
    const QString m_name;
    const QString m_session;
    const QString m_cloudlet;
    std::stop_source m_console;
};

}  // namespace cloudlet
