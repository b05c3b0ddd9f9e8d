#include "app/studio/cloudlet_jobs.h"

#include <QSysInfo>

#include "app/studio/qt_text.h"
#include "engine/net/pairing.h"
#include "engine/net/residue_file.h"
#include "engine/net/server_state.h"

namespace cloudlet {

Job::Work pairWork(const QString& link) {
    return [link = link.toStdString(), device = QSysInfo::machineHostName().toStdString()](
               Progress&, const std::stop_token& stop) -> Result<void> {
        const PairLink parsed = TRY(PairLink::parse(link));
        TRY(PairedServers().all());  // one that cannot be written to must not cost the link
        TRY(PairedServers().keep(TRY(pairWithServer(parsed, device, "", stop)), stop));
        return {};
    };
}

Job::Work forgetCloudletWork(const std::string& name) {
    return [name](Progress&, const std::stop_token&) -> Result<void> {
        TRY(PairedServers().forget(name));
        return {};
    };
}

Job::Work fetchResidueWork(const ServerAccess& server, const std::string& session,
                           const QString& file) {
    return [server, session, path = toPath(file)](Progress& progress, const std::stop_token& stop) {
        return fetchResidueInto(path, server, session, progress, stop);
    };
}

Job::Work endSessionWork(const ServerAccess& server, const std::string& session) {
    return [server, session](Progress&, const std::stop_token& stop) {
        return endSession(server, session, stop);
    };
}

}  // namespace cloudlet
