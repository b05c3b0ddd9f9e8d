#include "app/studio/remote_connector.h"

#include <memory>
#include <optional>

#include "app/studio/qt_text.h"
#include "engine/net/remote_console.h"

namespace cloudlet {

StreamConnector remoteConnector(const ServerAccess& access, const QString& session,
                                std::stop_token stop) {
    // Lives as long as the connector: the line carries the stream.
    const auto console = std::make_shared<std::unique_ptr<RemoteConsole>>();
    return [access, session = session.toStdString(), stop = std::move(stop),
            console]() -> ConnectedStream {
        console->reset();
        Result<RemoteConsole> opened = RemoteConsole::open(access, session, stop);
        if (!opened) return {-1, toQt(opened.error().message)};
        *console = std::make_unique<RemoteConsole>(std::move(*opened));
        return {(*console)->takeStream().release(), {}};
    };
}

QString urlHost(const ServerAddress& address) {
    const QString host = toQt(address.host);
    return host.contains(u':') ? u'[' + host + u']' : host;  // IPv6
}

}  // namespace cloudlet
