// A question before something is lost, whose button names what is done; Cancel is the default.
// GUI thread.
#pragma once

#include <QString>

class QWidget;

namespace cloudlet {

// Waits for the person's answer. `consequence` may be several lines; `action` carries its letter.
bool confirm(QWidget* window, const QString& question, const QString& consequence,
             const QString& action);

}  // namespace cloudlet
