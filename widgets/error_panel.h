// What went wrong, where the person is looking: one sentence, the rest of it on demand, all of it
// copyable, and an action that may mend it. Hidden while there is nothing to say. GUI thread.
#pragma once

#include <QFrame>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QToolButton;

namespace cloudlet {

class ErrorPanel : public QFrame {
    Q_OBJECT
public:
    explicit ErrorPanel(QWidget* parent = nullptr);

    // `details` may be empty. Its first line need not repeat the sentence.
    void showError(const QString& sentence, const QString& details = {});
    void clear();
    QString sentence() const;
    QString copyText() const;

    // Offers a button with this text for the current error; activated() tells that it was used.
    void offer(const QString& action);

Q_SIGNALS:
    void activated();

private:
    void copy() const;
    void setDetailsVisible(bool visible);

    QLabel* m_icon;
    QLabel* m_sentence;
    QPlainTextEdit* m_details;
    QToolButton* m_toggle;
    QPushButton* m_action;
};

}  // namespace cloudlet
