// What was done, beside the work and not in its way: one sentence, and an action that goes with it,
// such as undoing it. Hidden while there is nothing to say. GUI thread.
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace cloudlet {

class NoticeBar : public QFrame {
    Q_OBJECT
public:
    explicit NoticeBar(QWidget* parent = nullptr);

    // `action` names the button; empty: none.
    void showNotice(const QString& sentence, const QString& action = {});
    QString sentence() const;

Q_SIGNALS:
    void activated();

private:
    QLabel* m_sentence;
    QPushButton* m_action;
};

}  // namespace cloudlet
