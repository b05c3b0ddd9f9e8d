// What one can do with what a page shows: a tool bar of buttons with words, which Tab reaches and
// the underlined letter presses. GUI thread.
#pragma once

#include <QToolBar>

namespace cloudlet {

class ActionBar : public QToolBar {
    Q_OBJECT
public:
    enum class Look { framed, flat };  // flat: beside framed ones, which weigh more

    explicit ActionBar(const QString& accessibleName, Look look = Look::framed);

    QAction* add(const QString& text, const QString& toolTip);
    // The one that a person came to the page for.
    void setMain(QAction* action);

protected:
    void actionEvent(QActionEvent* event) override;

private:
    const Look m_look;
};

}  // namespace cloudlet
