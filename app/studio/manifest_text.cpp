#include "app/studio/manifest_text.h"

#include <QCoreApplication>

#include "app/studio/qt_text.h"
#include "engine/image/chunk.h"

namespace cloudlet {

namespace {

struct ManifestText {
    Q_DECLARE_TR_FUNCTIONS(cloudlet::ManifestText)
};

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
    return list.isEmpty() ? ManifestText::tr("none") : list.join(QStringLiteral(", "));
}

QString machineText(const MachineSpec& machine) {
    return ManifestText::tr("%1, CPU %2, %n processor(s), %3 memory, %4", nullptr,
                            static_cast<int>(machine.vcpus))
        .arg(toQt(machine.machineType), toQt(machine.cpuModel), bytesText(machine.memoryBytes),
             QLatin1String(toString(machine.accelerator)));
}

QList<CompositionPart> compositionOf(const Manifest& manifest) {
    const Composition& disk = manifest.of(ImageKind::disk);
    const Composition& memory = manifest.of(ImageKind::memory);
    return {
        part(ManifestText::tr("Disk, new"), disk.raw),
        part(ManifestText::tr("Disk, changed"), disk.delta),
        part(ManifestText::tr("Memory, new"), memory.raw),
        part(ManifestText::tr("Memory, changed"), memory.delta),
        part(ManifestText::tr("Found in the base"),
             disk.fromBaseDisk + disk.fromBaseMemory + memory.fromBaseDisk + memory.fromBaseMemory),
        part(ManifestText::tr("Repeated"), disk.repeats + memory.repeats),
        part(ManifestText::tr("Zero"), disk.zero + memory.zero),
    };
}

}  // namespace cloudlet
