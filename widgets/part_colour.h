// Colours that are not the palette's: of the n-th part of something, the same in every picture of
// it, and around a console. GUI thread.
#pragma once

#include <QColor>
#include <QPalette>

namespace cloudlet {

// Around the picture of a guest's screen, whatever the theme.
inline constexpr QRgb kAroundConsole = 0xff2a2c30;

inline constexpr qsizetype kPartColours = 6;

// Six colours that keep apart for colour-blind people too and that stand out from the palette's
// window, light or dark (tst_part_colour measures both). They begin anew after the sixth.
QColor partColour(const QPalette& palette, qsizetype part);

}  // namespace cloudlet
