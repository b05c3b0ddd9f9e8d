// What authoring asks: before it starts, and before the overlay is made. GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/author_job.h"

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace cloudlet {

// Reads "8080:80, tcp:0:443"; empty text is no port. Errors: invalid, with what is accepted;
// inUse, if two name one port of the host.
Result<std::vector<PortForward>> parsePorts(const QString& text);

class StartAuthorDialog : public QDialog {
    Q_OBJECT
public:
    StartAuthorDialog(QString base, QWidget* parent = nullptr);
    AuthorOrder order() const;

private:
    void check();

    QString m_base;
    QLineEdit* m_ports;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
    std::vector<PortForward> m_forwards;
};

class CreateOverlayDialog : public QDialog {
    Q_OBJECT
public:
    CreateOverlayDialog(const QString& title, QWidget* parent = nullptr);
    OverlayOrder order() const;

private:
    void browse();
    void check();

    QLineEdit* m_title;
    QLineEdit* m_file;
    QPlainTextEdit* m_notes;
    QCheckBox* m_clean;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
    bool m_fileChosen = false;  // by the person; until then it follows the title
};

}  // namespace cloudlet
