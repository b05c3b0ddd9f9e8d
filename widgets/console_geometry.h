// Where a guest's screen lies in a widget, and which of its pixels is under the pointer. Pure
// arithmetic; any thread.
#pragma once

#include <QPoint>
#include <QRect>
#include <QSize>

namespace cloudlet {

enum class ConsoleScaling {
    fit,     // as large as the widget allows, same shape
    actual,  // one pixel of the guest is one pixel of the screen
};

struct ConsoleGeometry {
    QSize guest;                 // pixels
    QSizeF widget;               // device-independent units, as Qt measures widgets
    qreal devicePixelRatio = 1;  // pixels of the screen in one such unit
    ConsoleScaling scaling = ConsoleScaling::fit;

    // Of the guest's screen, in the widget's units; begins at a whole pixel of the screen. Centred,
    // or at the corner where it is larger than the widget. Empty without a guest.
    QRectF target() const;
    // Always inside the guest's screen: outside of it the nearest pixel. REQUIRES: a guest.
    QPoint toGuest(QPointF position) const;
    // What must be painted when `dirty` of the guest has changed: whole units, with a margin for
    // smooth scaling.
    QRect toWidget(QRect dirty) const;
    // The widget's size for ConsoleScaling::actual.
    QSize actualSize() const;
};

}  // namespace cloudlet
