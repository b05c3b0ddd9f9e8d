#include "widgets/console_accessible.h"

#include <QAccessibleWidget>

#include "widgets/console_view.h"

namespace cloudlet {

namespace {

class ConsoleAccessible : public QAccessibleWidget {
public:
    explicit ConsoleAccessible(ConsoleView* view)
        : QAccessibleWidget(view, QAccessible::Canvas, view->accessibleName()), m_view(view) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Name) return m_view->accessibleName();
        if (kind == QAccessible::Description) return m_view->statusText();
        if (kind == QAccessible::Help) {
            return ConsoleView::tr("Keys go to the guest; %1 gives the keyboard back.")
                .arg(ConsoleView::releaseKeyText());
        }
        return QAccessibleWidget::text(kind);
    }

    QAccessible::State state() const override {
        QAccessible::State state = QAccessibleWidget::state();
        state.busy = m_view->isOpen() && !m_view->isConnected();
        return state;
    }

private:
    ConsoleView* m_view;
};

QAccessibleInterface* make(const QString&, QObject* object) {
    auto* view = qobject_cast<ConsoleView*>(object);
    return view != nullptr ? new ConsoleAccessible(view) : nullptr;
}

}  // namespace

void installConsoleAccessibility() {
    QAccessible::installFactory(&make);
}

}  // namespace cloudlet
