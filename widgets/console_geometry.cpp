#include "widgets/console_geometry.h"

#include <algorithm>
#include <cmath>

namespace cloudlet {

namespace {

// The place for `length` pixels in the middle of `room`, or at its beginning.
qreal centred(qreal room, qreal length) {
    return std::max<qreal>(0, std::floor((room - length) / 2));
}

int clampedPixel(qreal offset, qreal scale, int size) {
    return std::clamp(static_cast<int>(std::floor(offset / scale)), 0, size - 1);
}

}  // namespace

QRectF ConsoleGeometry::target() const {
    if (guest.isEmpty() || widget.isEmpty()) return {};
    const QSizeF room = widget * devicePixelRatio;
    QSizeF size(guest);
    if (scaling == ConsoleScaling::fit) {
        size.scale(room, Qt::KeepAspectRatio);
        size = QSizeF(std::max<qreal>(1, std::round(size.width())),
                      std::max<qreal>(1, std::round(size.height())));
    }
    const QPointF corner(centred(room.width(), size.width()),
                         centred(room.height(), size.height()));
    return {corner / devicePixelRatio, size / devicePixelRatio};
}

QPoint ConsoleGeometry::toGuest(QPointF position) const {
    const QRectF area = target();
    if (area.isEmpty()) return {};
    const QPointF offset = position - area.topLeft();
    return {clampedPixel(offset.x(), area.width() / guest.width(), guest.width()),
            clampedPixel(offset.y(), area.height() / guest.height(), guest.height())};
}

QRect ConsoleGeometry::toWidget(QRect dirty) const {
    const QRectF area = target();
    if (area.isEmpty()) return {};
    const qreal scaleX = area.width() / guest.width();
    const qreal scaleY = area.height() / guest.height();
    // Smooth scaling mixes each pixel with its neighbours.
    const QRect wide = dirty.adjusted(-1, -1, 1, 1);
    return QRectF(area.left() + wide.left() * scaleX, area.top() + wide.top() * scaleY,
                  wide.width() * scaleX, wide.height() * scaleY)
        .toAlignedRect();
}

QSize ConsoleGeometry::actualSize() const {
    return {static_cast<int>(std::ceil(guest.width() / devicePixelRatio)),
            static_cast<int>(std::ceil(guest.height() / devicePixelRatio))};
}

}  // namespace cloudlet
