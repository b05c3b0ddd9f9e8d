#include "app/studio/commands_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/roomy_rows.h"

namespace cloudlet {

namespace {

constexpr int kLineColumn = 1;
constexpr QSize kSize(820, 320);

}  // namespace

CommandsDialog::CommandsDialog(const QList<ActionCommand>& commands, QWidget* parent)
    : QDialog(parent), m_list(new QTreeWidget) {
    setWindowTitle(tr("Show as command"));
    resize(kSize);
    auto* hint = new QLabel(
        tr("The same in a terminal or a script. The first line is in the clipboard already; what "
           "stands in capitals is for you to fill in."));
    hint->setWordWrap(true);
    m_list->setHeaderLabels({tr("Action"), tr("Command")});
    m_list->setAccessibleName(tr("Commands"));
    m_list->setRootIsDecorated(false);
    m_list->setItemDelegate(new RoomyRows(m_list));
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    for (const ActionCommand& each : commands) {
        auto* item = new QTreeWidgetItem(m_list, {each.action, each.line});
        item->setFont(kLineColumn, QFontDatabase::systemFont(QFontDatabase::FixedFont));
        item->setToolTip(kLineColumn, each.line);
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* button = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    button->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons);
    connect(button, &QPushButton::clicked, this, &CommandsDialog::copy);
    connect(m_list, &QTreeWidget::itemActivated, this, &CommandsDialog::copy);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    copy();
}

void CommandsDialog::copy() {
    const QTreeWidgetItem* item = m_list->currentItem();
    if (item != nullptr) QGuiApplication::clipboard()->setText(item->text(kLineColumn));
}

}  // namespace cloudlet
