#include "app/studio/confirm.h"

#include <QMessageBox>
#include <QPushButton>

namespace cloudlet {

bool confirm(QWidget* window, const QString& question, const QString& consequence,
             const QString& action) {
    QMessageBox box(window);
    box.setIcon(QMessageBox::Warning);
    box.setText(question);
    box.setInformativeText(consequence);
    QPushButton* yes = box.addButton(action, QMessageBox::DestructiveRole);
    box.setDefaultButton(box.addButton(QMessageBox::Cancel));
    box.exec();
    return box.clickedButton() == yes;
}

}  // namespace cloudlet
