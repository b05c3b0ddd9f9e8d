// LibraryPage's other half: what its actions do.
#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>

#include "app/studio/library_jobs.h"
#include "app/studio/library_page.h"
#include "app/studio/settings.h"

namespace cloudlet {

void LibraryPage::author() {
    const LibraryBase* base = m_model->baseAt(current());
    if (base == nullptr || !m_author->isEnabled()) return;
    StudioSettings::setLastBase(base->id);
    Q_EMIT authorRequested(base->name);
}

void LibraryPage::run() {
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (overlay != nullptr && m_run->isEnabled()) Q_EMIT runRequested(overlay->file);
}

void LibraryPage::verify() {
    const LibraryBase* base = m_model->baseAt(current());
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (overlay != nullptr) {
        work(verifyOverlayWork(m_services, overlay->file),
             tr("\"%1\" gives back what it was made from, byte for byte.").arg(overlay->title));
    } else if (base != nullptr) {
        work(verifyBaseWork(m_services, base->id),
             tr("\"%1\" is as it was made, byte for byte.").arg(base->name));
    }
}

void LibraryPage::remove() {
    const LibraryBase* base = m_model->baseAt(current());
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (base == nullptr) return;
    QMessageBox question(window());
    question.setIcon(QMessageBox::Question);
    if (overlay != nullptr) {
        question.setText(tr("Forget the overlay \"%1\"?").arg(overlay->title));
        question.setInformativeText(tr("The file stays where it is: %1").arg(overlay->file));
    } else {
        question.setText(tr("Delete the base \"%1\"?").arg(base->name));
        QStringList lines{tr("Its disk and memory go for good.")};
        for (const LibraryOverlay& each : base->overlays) {
            lines << tr("Overlay \"%1\" needs it.").arg(each.title);
        }
        question.setInformativeText(lines.mid(0, 12).join(u'\n'));
    }
    QPushButton* yes = question.addButton(overlay != nullptr ? tr("&Forget") : tr("&Delete"),
                                          QMessageBox::DestructiveRole);
    question.setDefaultButton(question.addButton(QMessageBox::Cancel));
    question.exec();
    if (question.clickedButton() != yes) return;
    work(overlay != nullptr ? forgetOverlayWork(m_services, overlay->file)
                            : deleteBaseWork(m_services, base->id),
         {});
}

void LibraryPage::importFile() {
    const QString file =
        QFileDialog::getOpenFileName(window(), tr("Import a base"), StudioSettings::overlayFolder(),
                                     tr("Base packages (*.cloudlet-base);;All files (*)"));
    if (!file.isEmpty()) work(importBaseWork(m_services, file), {});
}

void LibraryPage::exportBaseFile() {
    const LibraryBase* base = m_model->baseAt(current());
    if (base == nullptr) return;
    const QString file = QFileDialog::getSaveFileName(
        window(), tr("Export the base"),
        StudioSettings::overlayFolder() + u'/' + base->name + QStringLiteral(".cloudlet-base"));
    if (file.isEmpty()) return;
    work(exportBaseWork(m_services, base->id, file), tr("The base is in %1.").arg(file));
}

void LibraryPage::buildSample() {
    work(sampleBaseWork(m_services), {});
}

}  // namespace cloudlet
