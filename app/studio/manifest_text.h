// A manifest as the pages tell it. Any thread.
#pragma once

#include <QList>
#include <QString>

#include "engine/overlay/manifest.h"
#include "widgets/composition_bar.h"

namespace cloudlet {

QString portsText(const std::vector<PortForward>& ports);  // "8080/tcp, 53/udp"; "none"
QString machineText(const MachineSpec& machine);
// Changed chunks by what the overlay holds of them, of disk and memory.
QList<CompositionPart> compositionOf(const Manifest& manifest);

}  // namespace cloudlet
