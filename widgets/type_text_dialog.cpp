#include "widgets/type_text_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>

#include "widgets/key_layout.h"

namespace cloudlet {

TypeTextDialog::TypeTextDialog(QWidget* parent)
    : QDialog(parent), m_text(new QPlainTextEdit), m_layouts(new QComboBox) {
    setWindowTitle(tr("Type text into the guest"));
    m_text->setPlainText(QGuiApplication::clipboard()->text());
    m_text->setTabChangesFocus(true);
    m_layouts->addItems(KeyLayout::usualNames());
    m_layouts->setEditable(true);  // "fr(bepo)" and its like
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    QPushButton* type = buttons->addButton(tr("T&ype"), QDialogButtonBox::AcceptRole);
    type->setDefault(true);

    auto* form = new QFormLayout(this);
    auto* label = new QLabel(tr("&Text:"));
    label->setBuddy(m_text);
    form->addRow(label);
    form->addRow(m_text);
    form->addRow(tr("Keyboard &layout of the guest:"), m_layouts);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const auto refresh = [this, type] { type->setEnabled(!text().isEmpty()); };
    connect(m_text, &QPlainTextEdit::textChanged, this, refresh);
    refresh();
}

QString TypeTextDialog::text() const {
    return m_text->toPlainText();
}

QString TypeTextDialog::layoutName() const {
    return m_layouts->currentText().trimmed();
}

}  // namespace cloudlet
