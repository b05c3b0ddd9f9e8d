#include "app/studio/manifest_text.h"

#include <QCoreApplication>

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

struct ManifestText {
    Q_DECLARE_TR_FUNCTIONS(cloudlet::ManifestText)
};

}  // namespace

QString portsText(const std::vector<PortForward>& ports) {
    QStringList list;
    for (const PortForward& port : ports) {
        list << QStringLiteral("%1/%2")
                    .arg(port.guestPort)
                    .arg(port.protocol == PortForward::Protocol::tcp ? QStringLiteral("tcp")
                                                                     : QStringLiteral("udp"));
    }
    return list.isEmpty() ? ManifestText::tr("none") : list.join(QStringLiteral(", "));
}

QString machineText(const MachineSpec& machine) {
    return ManifestText::tr("%1, CPU %2, %n processor(s), %3 memory, %4", nullptr,
                            static_cast<int>(machine.vcpus))
        .arg(toQt(machine.machineType), toQt(machine.cpuModel), bytesText(machine.memoryBytes),
             QLatin1String(toString(machine.accelerator)));
}

}  // namespace cloudlet
