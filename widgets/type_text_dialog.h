// Asks for a text to type into a guest and for the keyboard layout that the guest has. GUI thread.
#pragma once

#include <QDialog>

class QComboBox;
class QPlainTextEdit;

namespace cloudlet {

class TypeTextDialog : public QDialog {
    Q_OBJECT
public:
    // Begins with the clipboard's text.
    explicit TypeTextDialog(QWidget* parent = nullptr);

    QString text() const;
    QString layoutName() const;  // "us", or what the person wrote

private:
    QPlainTextEdit* m_text;
    QComboBox* m_layouts;
};

}  // namespace cloudlet
