#include "app/studio/cloudlet_text.h"

#include "app/studio/cloudlets_page.h"
#include "app/studio/qt_text.h"

namespace cloudlet {

QString roleText(Role role) {
    switch (role) {
        case Role::viewer:
            return CloudletsPage::tr("Viewer");
        case Role::pusher:
            return CloudletsPage::tr("Pusher");
        case Role::admin:
            return CloudletsPage::tr("Admin");
    }
    return {};
}

QString phaseText(const std::string& phase) {
    if (phase == "receiving") return CloudletsPage::tr("Arrives");
    if (phase == "starting") return CloudletsPage::tr("Starts");
    if (phase == "running") return CloudletsPage::tr("Runs, still arrives");
    if (phase == "complete") return CloudletsPage::tr("Runs");
    if (phase == "ended") return CloudletsPage::tr("Has ended");
    return phase == "failed" ? CloudletsPage::tr("Failed") : toQt(phase);
}

QString leadsText(const std::vector<PortForward>& forwards) {
    QStringList ports;
    for (const PortForward& forward : forwards) {
        ports << CloudletsPage::tr("%1 to %2").arg(forward.hostPort).arg(forward.guestPort);
    }
    return ports.join(QStringLiteral(", "));
}

QString loadText(const ServerState& state) {
    return CloudletsPage::tr("%1 of %2 sessions, %3 of %4 of memory, %5 of %6 of disk in use.")
        .arg(state.running.used)
        .arg(state.running.limit)
        .arg(bytesText(state.memory.used), bytesText(state.memory.limit),
             bytesText(state.disk.used), bytesText(state.disk.limit));
}

}  // namespace cloudlet
