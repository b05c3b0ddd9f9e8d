// What the overlay of a guest would be if it were made now: its size, what it would hold, and
// where in disk and memory that lies. GUI thread.
#pragma once

#include <QGroupBox>

#include "engine/overlay/estimate.h"

class QLabel;

namespace cloudlet {

class ChunkMap;
class CompositionBar;

class MeterPanel : public QGroupBox {
    Q_OBJECT
public:
    explicit MeterPanel(QWidget* parent = nullptr);

    void setEstimate(const OverlayEstimate& estimate);

private:
    QLabel* m_size;
    QLabel* m_changed;
    CompositionBar* m_kinds;
    ChunkMap* m_map;
};

}  // namespace cloudlet
