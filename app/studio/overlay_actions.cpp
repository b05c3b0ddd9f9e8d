// OverlayPage's other half: what changes the file or makes another one.
#include <QFileDialog>
#include <QFileInfo>

#include "app/studio/library_jobs.h"
#include "app/studio/overlay_page.h"
#include "app/studio/settings.h"

namespace cloudlet {

QList<ActionCommand> OverlayPage::commands() const {
    QList<ActionCommand> list = CommandLines::ofOverlay(m_file);
    list.move(1, 0);  // this page has just done that
    return list;
}

void OverlayPage::rehearse() {
    work(rehearseWork(m_services, m_file),
         tr("What the VM touches first now leads the file: it starts earlier."));
}

void OverlayPage::exportFile() {
    const QString target = QFileDialog::getSaveFileName(
        window(), tr("Export the overlay"),
        StudioSettings::overlayFolder() + u'/' + QFileInfo(m_file).fileName());
    if (target.isEmpty() || target == m_file) return;
    work(copyOverlayWork(m_file, target), tr("A copy is in %1.").arg(target));
}

}  // namespace cloudlet
