// A manifest as the pages tell it. Any thread.
#pragma once

#include <QList>
#include <QString>

#include "engine/overlay/manifest.h"

namespace cloudlet {

QString portsText(const std::vector<PortForward>& ports);  // "8080/tcp, 53/udp"; "none"
QString machineText(const MachineSpec& machine);

}  // namespace cloudlet
