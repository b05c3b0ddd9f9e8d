#include "app/studio/manifest_text.h"

#include <QCoreApplication>

#include "app/studio/qt_text.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("cloudlet::manifest", text);
}

CompositionPart part(const QString& name, std::uint64_t chunks) {
    return {name, chunks, bytesText(chunks * kChunkSize)};
}

}  // namespace

QString portsText(const std::vector<PortForward>& ports) {
    QStringList list;
    for (const PortForward& port : ports) {
        list << QStringLiteral("%1/%2")
                    .arg(port.guestPort)
                    .arg(port.protocol == PortForward::Protocol::tcp ? QStringLiteral("tcp")
                                                                     : QStringLiteral("udp"));
    }
    return list.isEmpty() ? tr("none") : list.join(QStringLiteral(", "));
}

QString machineText(const MachineSpec& machine) {
    return tr("%1, CPU %2, %3 processor(s), %4 memory, %5")
        .arg(toQt(machine.machineType), toQt(machine.cpuModel), QString::number(machine.vcpus),
             bytesText(machine.memoryBytes), QLatin1String(toString(machine.accelerator)));
}

QList<CompositionPart> compositionOf(const Manifest& manifest) {
    const Composition& disk = manifest.of(ImageKind::disk);
    const Composition& memory = manifest.of(ImageKind::memory);
    return {
        part(tr("Disk, new"), disk.raw),
        part(tr("Disk, changed"), disk.delta),
        part(tr("Memory, new"), memory.raw),
        part(tr("Memory, changed"), memory.delta),
        part(tr("Found in the base"),
             disk.fromBaseDisk + disk.fromBaseMemory + memory.fromBaseDisk + memory.fromBaseMemory),
        part(tr("Repeated"), disk.repeats + memory.repeats),
        part(tr("Zero"), disk.zero + memory.zero),
    };
}

}  // namespace cloudlet
