#include "widgets/chunk_map.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <numeric>

#include "widgets/part_colour.h"

namespace cloudlet {

namespace {

constexpr int kCell = 6;  // with the gap to the next
constexpr int kGap = 1;
constexpr int kRows = 9;
constexpr int kLineGap = 4;
// A cell with a single chunk of a part must still be seen.
constexpr int kFaintest = 180;
constexpr int kUnchanged = 30;

quint64 sum(const ChunkMapRun& run) {
    return std::accumulate(run.parts.begin(), run.parts.end(), quint64{0});
}

}  // namespace

ChunkMap::ChunkMap(QStringList parts, QWidget* parent)
    : QWidget(parent), m_parts(std::move(parts)) {
    Q_ASSERT(m_parts.size() <= static_cast<qsizetype>(ChunkMapRun::kMostParts));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Map of chunks"));
}

void ChunkMap::setImages(QList<ChunkMapImage> images) {
    const bool resized = images.size() != m_images.size();
    m_images = std::move(images);
    QStringList lines;
    for (const ChunkMapImage& image : m_images) lines << summaryOf(image);
    setAccessibleDescription(lines.join(u' '));
    if (resized) updateGeometry();
    update();
}

QSize ChunkMap::sizeHint() const {
    const int each = fontMetrics().lineSpacing() + kRows * kCell + kLineGap;
    return {220, std::max(1, static_cast<int>(m_images.size())) * each};
}

ChunkMap::Field ChunkMap::fieldOf(qsizetype image) const {
    const int line = fontMetrics().lineSpacing();
    const int each = line + kRows * kCell + kLineGap;
    Field field;
    field.columns = std::max(1, width() / kCell);
    field.area =
        QRect(0, static_cast<int>(image) * each + line, field.columns * kCell, kRows * kCell);
    const qsizetype runs = m_images.at(image).runs.size();
    const qsizetype room = static_cast<qsizetype>(field.columns) * kRows;
    field.runsPerCell = std::max<qsizetype>(1, (runs + room - 1) / room);
    field.cells = static_cast<int>((runs + field.runsPerCell - 1) / field.runsPerCell);
    return field;
}

ChunkMapRun ChunkMap::sumOf(const ChunkMapImage& image, const Field& field, int cell) const {
    ChunkMapRun total;
    const qsizetype first = cell * field.runsPerCell;
    const qsizetype end = std::min(first + field.runsPerCell, image.runs.size());
    for (qsizetype i = first; i < end; ++i) {
        for (std::size_t part = 0; part < ChunkMapRun::kMostParts; ++part) {
            total.parts[part] += image.runs.at(i).parts[part];
        }
    }
    return total;
}

QString ChunkMap::partsText(const ChunkMapRun& run) const {
    QStringList words;
    for (qsizetype part = 0; part < m_parts.size(); ++part) {
        const quint32 count = run.parts[static_cast<std::size_t>(part)];
        if (count > 0) words << tr("%1 %2").arg(m_parts.at(part), QLocale().toString(count));
    }
    return words.isEmpty() ? tr("all as in the base") : words.join(QStringLiteral(", "));
}

QString ChunkMap::summaryOf(const ChunkMapImage& image) const {
    ChunkMapRun total;
    for (const ChunkMapRun& run : image.runs) {
        for (std::size_t part = 0; part < ChunkMapRun::kMostParts; ++part) {
            total.parts[part] += run.parts[part];
        }
    }
    return tr("%1, %2 chunks: %3.")
        .arg(image.name, QLocale().toString(image.chunks), partsText(total));
}

QString ChunkMap::textAt(const QPoint& place) const {
    for (qsizetype i = 0; i < m_images.size(); ++i) {
        const ChunkMapImage& image = m_images.at(i);
        const Field field = fieldOf(i);
        if (!field.area.contains(place)) continue;
        const QPoint inside = place - field.area.topLeft();
        const int cell = inside.y() / kCell * field.columns + inside.x() / kCell;
        if (cell >= field.cells) return {};
        const quint64 each = static_cast<quint64>(field.runsPerCell) * image.chunksPerRun;
        const quint64 first = static_cast<quint64>(cell) * each;
        const quint64 last = std::min(first + each, image.chunks) - 1;
        return tr("%1, chunks %2 to %3: %4")
            .arg(image.name, QLocale().toString(first), QLocale().toString(last),
                 partsText(sumOf(image, field, cell)));
    }
    return {};
}

bool ChunkMap::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
        return true;
    }
    return QWidget::event(event);
}

void ChunkMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    for (qsizetype i = 0; i < m_images.size(); ++i) {
        const ChunkMapImage& image = m_images.at(i);
        const Field field = fieldOf(i);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRect(0, field.area.top() - fontMetrics().lineSpacing(), width(),
                               fontMetrics().lineSpacing()),
                         Qt::AlignVCenter | Qt::AlignLeft, image.name);
        const double chunksPerCell =
            static_cast<double>(field.runsPerCell) * static_cast<double>(image.chunksPerRun);
        for (int cell = 0; cell < field.cells; ++cell) {
            const ChunkMapRun run = sumOf(image, field, cell);
            const auto most = std::max_element(run.parts.begin(), run.parts.end());
            QColor colour = palette().color(QPalette::WindowText);
            colour.setAlpha(kUnchanged);
            if (*most > 0) {
                colour = partColour(palette(), most - run.parts.begin());
                const double part = std::min(1.0, static_cast<double>(sum(run)) / chunksPerCell);
                colour.setAlpha(kFaintest + static_cast<int>(part * (255 - kFaintest)));
            }
            const QPoint corner(cell % field.columns * kCell, cell / field.columns * kCell);
            painter.fillRect(
                QRect(field.area.topLeft() + corner, QSize(kCell - kGap, kCell - kGap)), colour);
        }
    }
}

}  // namespace cloudlet
