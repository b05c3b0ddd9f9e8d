#include "widgets/action_bar.h"

#include <QActionEvent>
#include <QToolButton>

namespace cloudlet {

ActionBar::ActionBar(const QString& accessibleName, Look look) : m_look(look) {
    setAccessibleName(accessibleName);
}

QAction* ActionBar::add(const QString& text, const QString& toolTip) {
    QAction* action = addAction(text);
    action->setToolTip(toolTip);
    return action;
}

void ActionBar::setMain(QAction* action) {
    QFont bold = font();
    bold.setBold(true);
    widgetForAction(action)->setFont(bold);
}

void ActionBar::actionEvent(QActionEvent* event) {
    QAction* action = event->action();
    const bool added = event->type() == QEvent::ActionAdded && !action->isSeparator();
    // A button shows the icon text and takes a "&" for a letter only if that text was set.
    if (added) action->setIconText(action->text());
    QToolBar::actionEvent(event);
    auto* button = added ? qobject_cast<QToolButton*>(widgetForAction(action)) : nullptr;
    if (button == nullptr) return;
    if (m_look == Look::framed) button->setAutoRaise(false);
    button->setFocusPolicy(Qt::TabFocus);
}

}  // namespace cloudlet
