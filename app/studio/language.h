// The language of the studio: its own translations, which are in the program, and those that Qt's
// package brings for its buttons. GUI thread, before the first widget.
#pragma once

#include <QLocale>

namespace cloudlet {

// English, whose plurals are a translation too, and above it what there is of the locale's
// language. Each call replaces what the last one has installed.
void installLanguage(const QLocale& locale);

}  // namespace cloudlet
