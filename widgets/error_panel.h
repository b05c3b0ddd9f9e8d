// What went wrong, where the person is looking: one sentence, the rest of it on demand, all of it
// copyable, and actions that may mend it. Hidden while there is nothing to say. GUI thread.
#pragma once

#include <QFrame>
#include <functional>

class QHBoxLayout;
class QLabel;
class QPlainTextEdit;
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

    // Offers a button with this text for the current error. `act` comes after the panel is gone.
    void offer(const QString& action, std::function<void()> act);

private:
    void copy() const;
    void clearActions();
    void setDetailsVisible(bool visible);

    QLabel* m_icon;
    QLabel* m_sentence;
    QPlainTextEdit* m_details;
    QToolButton* m_toggle;
    QHBoxLayout* m_actions;
};

}  // namespace cloudlet
