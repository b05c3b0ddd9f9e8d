// What a screen reader is told of a console: a canvas with a name, and in words what it shows.
// GUI thread.
#pragma once

namespace cloudlet {

// Makes every ConsoleView known to QAccessible. May be called again.
void installConsoleAccessibility();

}  // namespace cloudlet
