// A tab of the main window: what the window needs to know of it. GUI thread.
#pragma once

#include <QWidget>

#include "app/studio/command_lines.h"

namespace cloudlet {

class Page : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    virtual QString title() const = 0;
    // What this page is about to do comes first.
    virtual QList<ActionCommand> commands() const = 0;
    // What would be lost if the page were closed now, as a sentence; empty: nothing.
    virtual QString wouldLose() const { return {}; }

Q_SIGNALS:
    void titleChanged();
    void libraryChanged();  // a base or an overlay was made or removed
    void runRequested(const QString& overlayFile);
    void inspectRequested(const QString& overlayFile);
    void pushRequested(const QString& overlayFile);
    void authorRequested(const QString& base);
    void openRequested(const QString& file);  // of any kind
    // For the log, and for whoever looks elsewhere when it took long.
    void jobEnded(const QString& sentence, double seconds);
};

}  // namespace cloudlet
