// What a page does, as lines for a terminal: one for each of its actions. GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/command_lines.h"

class QTreeWidget;

namespace cloudlet {

class CommandsDialog : public QDialog {
    Q_OBJECT
public:
    explicit CommandsDialog(const QList<ActionCommand>& commands, QWidget* parent = nullptr);

private:
    void copy();

    QTreeWidget* m_list;
};

}  // namespace cloudlet
