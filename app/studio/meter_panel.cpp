#include "app/studio/meter_panel.h"

#include <QLabel>
#include <QVBoxLayout>

#include "app/studio/qt_text.h"
#include "widgets/chunk_map.h"
#include "widgets/composition_bar.h"

namespace cloudlet {

namespace {

QList<CompositionPart> kindsOf(const OverlayEstimate& estimate) {
    Composition all;
    for (const Composition& part : estimate.composition) {
        all.zero += part.zero;
        all.fromBaseDisk += part.fromBaseDisk;
        all.fromBaseMemory += part.fromBaseMemory;
        all.repeats += part.repeats;
        all.delta += part.delta;
        all.raw += part.raw;
    }
    const auto part = [](const QString& name, std::uint64_t chunks) {
        return CompositionPart{name, chunks, bytesText(chunks * kChunkSize)};
    };
    return {part(MeterPanel::tr("Zero"), all.zero),
            part(MeterPanel::tr("Elsewhere in the base"), all.fromBaseDisk + all.fromBaseMemory),
            part(MeterPanel::tr("Repeated"), all.repeats),
            part(MeterPanel::tr("Delta to the base"), all.delta),
            part(MeterPanel::tr("New"), all.raw)};
}

ChunkMapImage mapOf(const QString& name, const ImageMap& map) {
    ChunkMapImage image{name, map.chunks, map.chunksPerCell, {}};
    image.runs.reserve(static_cast<qsizetype>(map.cells.size()));
    for (const MapCell& cell : map.cells) {
        image.runs.append(ChunkMapRun{{cell.zero, cell.copied, cell.repeated, cell.stored}});
    }
    return image;
}

}  // namespace

MeterPanel::MeterPanel(QWidget* parent)
    : QGroupBox(tr("If the overlay were made now"), parent),
      m_size(new QLabel(tr("Measuring…"))),
      m_changed(new QLabel),
      m_kinds(new CompositionBar),
      m_map(new ChunkMap({tr("zero"), tr("from the base"), tr("repeated"), tr("stored")})) {
    QFont large = m_size->font();
    large.setBold(true);
    m_size->setFont(large);
    m_changed->setWordWrap(true);
    for (QWidget* widget : {static_cast<QWidget*>(m_changed), static_cast<QWidget*>(m_kinds),
                            static_cast<QWidget*>(m_map)}) {
        widget->hide();
    }
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_size);
    layout->addWidget(m_changed);
    layout->addWidget(m_kinds);
    layout->addWidget(m_map);
}

void MeterPanel::setEstimate(const OverlayEstimate& estimate) {
    m_size->setText(tr("About %1").arg(bytesText(estimate.fileBytes)));
    const auto line = [&](const QString& name, const Composition& part) {
        return tr("%1: %2 changed, %3 stored")
            .arg(name, bytesText(part.changed() * kChunkSize), bytesText(part.storedBytes));
    };
    m_changed->setText(line(tr("Disk"), estimate.composition[0]) + u'\n' +
                       line(tr("Memory"), estimate.composition[1]));
    m_kinds->setParts(kindsOf(estimate));
    m_map->setImages({mapOf(tr("Disk"), estimate.maps[0]), mapOf(tr("Memory"), estimate.maps[1])});
    m_changed->show();
    m_kinds->show();
    m_map->show();
}

}  // namespace cloudlet
