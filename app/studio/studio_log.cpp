#include "app/studio/studio_log.h"

#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTime>
#include <QVBoxLayout>

namespace cloudlet {

namespace {

constexpr qsizetype kMostLogLines = 5000;

}  // namespace

void StudioLog::add(const QString& sentence) {
    const QString line =
        QTime::currentTime().toString(QStringLiteral("hh:mm:ss  ")) + sentence.trimmed();
    if (m_lines.size() == kMostLogLines) m_lines.removeFirst();
    m_lines << line;
    Q_EMIT added(line);
}

void StudioLog::show(QWidget* parent) {
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Details"));
    dialog->resize(760, 420);
    auto* lines = new QPlainTextEdit(text());
    lines->setReadOnly(true);
    lines->setAccessibleName(tr("What the studio has done"));
    lines->setTabChangesFocus(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* copy = buttons->addButton(tr("Cop&y all"), QDialogButtonBox::ActionRole);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(lines, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(text()); });
    connect(this, &StudioLog::added, lines, &QPlainTextEdit::appendPlainText);
    dialog->show();
}

}  // namespace cloudlet
