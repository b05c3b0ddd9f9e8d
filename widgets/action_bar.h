// What one can do with what a page shows: a tool bar of framed buttons with words, which Tab
// reaches and the underlined letter presses. GUI thread.
#pragma once

#include <QToolBar>

namespace cloudlet {

class ActionBar : public QToolBar {
    Q_OBJECT
public:
    explicit ActionBar(const QString& accessibleName, QWidget* parent = nullptr);

    QAction* add(const QString& text, const QString& toolTip);
    // The one that a person came to the page for.
    void setMain(QAction* action);

protected:
    void actionEvent(QActionEvent* event) override;
};

}  // namespace cloudlet
