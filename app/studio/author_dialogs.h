// What authoring asks: before it starts, and before the overlay is made. GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/author_job.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFileInfo;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace cloudlet {

class PortTable;

class StartAuthorDialog : public QDialog {
    Q_OBJECT
public:
    StartAuthorDialog(QString base, QWidget* parent = nullptr);
    AuthorOrder order() const;

private:
    QString m_base;
    PortTable* m_ports;
};

// What an overlay will take, as far as it is known.
struct OverlayNeeds {
    std::uint64_t fileBytes = 0;     // of the overlay; 0: not known
    std::uint64_t captureBytes = 0;  // beside the guest, until the overlay is made
    QString captureFolder;
};

class CreateOverlayDialog : public QDialog {
    Q_OBJECT
public:
    CreateOverlayDialog(const QString& title, OverlayNeeds needs, QWidget* parent = nullptr);
    OverlayOrder order() const;

private:
    void browse();
    void check();
    QString problemOf(const QFileInfo& file) const;
    QString roomText(const QFileInfo& file) const;

    const OverlayNeeds m_needs;
    QLineEdit* m_title;
    QLineEdit* m_file;
    QPlainTextEdit* m_notes;
    QComboBox* m_profile;
    QCheckBox* m_clean;
    QLabel* m_problem;
    QDialogButtonBox* m_buttons;
    bool m_fileChosen = false;  // by the person; until then it follows the title
};

}  // namespace cloudlet
