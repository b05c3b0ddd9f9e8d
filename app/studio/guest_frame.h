// What every page around a guest shows: heading and actions above, console and facts in the middle,
// progress and errors below. GUI thread.
#pragma once

#include "app/studio/page.h"
#include "widgets/stream_connector.h"
#include "widgets/vnc_session.h"

class QAction;
class QLabel;

namespace cloudlet {

class ActionBar;
class ConsolePanel;
class ErrorPanel;
class GuestSide;
class StageBar;

class GuestFrame : public Page {
    Q_OBJECT
public:
    ConsolePanel& console() { return *m_console; }
    GuestSide& side() { return *m_side; }
    ErrorPanel& error() { return *m_error; }

protected:
    explicit GuestFrame(QWidget* parent);

    QAction* addAction(const QString& text, const QString& toolTip);
    // The one that a person came to the page for.
    void setMain(QAction* action);
    // Gives its button the keyboard.
    void focus(QAction* action);
    void showConsole(StreamConnector connector, const QString& name, VncLink link = VncLink::local);
    // The first line is the sentence; the rest and what happened are the details.
    void showFailure(const QString& message);
    QLabel& heading() { return *m_heading; }
    StageBar& stage() { return *m_stage; }

private:
    QLabel* m_heading;
    ActionBar* m_bar;
    ConsolePanel* m_console;
    GuestSide* m_side;
    StageBar* m_stage;
    ErrorPanel* m_error;
};

}  // namespace cloudlet
