#include "app/studio/meter_panel.h"

#include <QLabel>
#include <QVBoxLayout>

#include "app/studio/chunk_kinds.h"
#include "app/studio/qt_text.h"
#include "widgets/chunk_map.h"
#include "widgets/composition_bar.h"

namespace cloudlet {

namespace {

ChunkMapImage mapOf(const QString& name, const ImageMap& map) {
    ChunkMapImage image{name, map.chunks, map.chunksPerCell, {}};
    image.runs.reserve(static_cast<qsizetype>(map.cells.size()));
    for (const MapCell& cell : map.cells) {
        image.runs.append(
            ChunkMapRun{{cell.raw, cell.delta, cell.copied, cell.repeated, cell.zero}});
    }
    return image;
}

}  // namespace

MeterPanel::MeterPanel(QWidget* parent)
    : QGroupBox(tr("If the overlay were made now"), parent),
      m_size(new QLabel(tr("Measuring…"))),
      m_changed(new QLabel),
      m_kinds(new CompositionBar),
      m_map(new ChunkMap(chunkKindNames())) {
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
    m_kinds->setParts(compositionOf(chunksByKind(estimate.composition)));
    m_map->setImages({mapOf(tr("Disk"), estimate.maps[0]), mapOf(tr("Memory"), estimate.maps[1])});
    m_changed->show();
    m_kinds->show();
    m_map->show();
}

}  // namespace cloudlet
