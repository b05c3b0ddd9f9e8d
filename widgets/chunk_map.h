// Where in one or more images what lies: a field of cells for each, coloured by the part to which
// most of a cell's chunks belong, stronger where it is more of them. Chunks that belong to no part
// are the background. Tool tips tell of the cell under the pointer. GUI thread.
#pragma once

#include <QList>
#include <QStringList>
#include <QWidget>
#include <array>

namespace cloudlet {

// How many chunks of each part a run of neighbours holds.
struct ChunkMapRun {
    static constexpr std::size_t kMostParts = 6;
    std::array<quint32, kMostParts> parts{};
};

struct ChunkMapImage {
    QString name;  // "Disk"
    quint64 chunks = 0;
    quint64 chunksPerRun = 1;
    QList<ChunkMapRun> runs;
};

class ChunkMap : public QWidget {
    Q_OBJECT
public:
    // The names of the parts, in the order of their colours (part_colour.h); kMostParts at most.
    explicit ChunkMap(QStringList parts, QWidget* parent = nullptr);

    void setImages(QList<ChunkMapImage> images);
    // What the tool tip says there; empty where there is no cell.
    QString textAt(const QPoint& place) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    // As many cells as there is room for, each of one or more runs.
    struct Field {
        QRect area;
        int columns = 0;
        int cells = 0;
        qsizetype runsPerCell = 1;
    };
    Field fieldOf(qsizetype image) const;
    ChunkMapRun sumOf(const ChunkMapImage& image, const Field& field, int cell) const;
    QString summaryOf(const ChunkMapImage& image) const;
    QString partsText(const ChunkMapRun& run) const;

    QStringList m_parts;
    QList<ChunkMapImage> m_images;
};

}  // namespace cloudlet
