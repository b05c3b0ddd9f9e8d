#include "widgets/part_colour.h"

#include <algorithm>

namespace cloudlet {

QColor partColour(const QPalette& palette, qsizetype part) {
    const QColor base = palette.color(QPalette::Highlight);
    const int hue = (std::max(0, base.hsvHue()) + static_cast<int>(part) * 67) % 360;
    const bool dark = palette.color(QPalette::Window).lightness() < 128;
    return QColor::fromHsv(hue, 150, dark ? 210 : 200);
}

}  // namespace cloudlet
