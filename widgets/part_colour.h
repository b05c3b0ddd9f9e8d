// The colour of the n-th part of something: the same in every picture of it. GUI thread.
#pragma once

#include <QColor>
#include <QPalette>

namespace cloudlet {

// Hues apart from one another, of the strength of the palette's own highlight, so that they read
// on light and on dark.
QColor partColour(const QPalette& palette, qsizetype part);

}  // namespace cloudlet
