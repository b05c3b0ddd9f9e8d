// The console of a VM on a cloudlet for a ConsoleView: through the server's own port and key.
#pragma once

#include <QString>
#include <stop_token>

#include "engine/net/server_access.h"
#include "widgets/stream_connector.h"

namespace cloudlet {

// Each connection replaces the one before. Connecting may take ten seconds, less once `stop` is
// set: before the view is closed.
StreamConnector remoteConnector(const ServerAccess& access, const QString& session,
                                std::stop_token stop);

// Where its ports are, as in a URL.
QString urlHost(const ServerAddress& address);

}  // namespace cloudlet
