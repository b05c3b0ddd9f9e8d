// LibraryPage's other half: what its actions do.
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>

#include "app/studio/library_jobs.h"
#include "app/studio/library_page.h"
#include "app/studio/settings.h"

namespace cloudlet {

namespace {

constexpr qsizetype kMostNamed = 12;  // lines that a question may have

QString overlaysThatNeed(const LibraryBase& base) {
    QStringList lines;
    for (const LibraryOverlay& each : base.overlays) {
        lines << LibraryPage::tr("Overlay \"%1\" needs it.").arg(each.title);
    }
    const qsizetype more = lines.size() - kMostNamed;
    if (more > 0) {
        lines = lines.mid(0, kMostNamed);
        lines << LibraryPage::tr("And %n more.", nullptr, static_cast<int>(more));
    }
    return lines.join(u'\n');
}

}  // namespace

std::optional<LibraryPage::Choice> LibraryPage::chosen() const {
    const LibraryBase* base = m_model->baseAt(current());
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (base == nullptr) return std::nullopt;
    return Choice{*base, overlay == nullptr ? std::nullopt : std::optional(*overlay)};
}

QList<ActionCommand> LibraryPage::commands() const {
    using Lines = CommandLines;
    const LibraryBase* base = m_model->baseAt(current());
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    QList<ActionCommand> list;
    if (overlay != nullptr) {
        list = Lines::ofOverlay(overlay->file);
    } else if (base != nullptr && base->isKnown()) {
        list = Lines::ofBase(base->name);
    }
    return list << QList<ActionCommand>{
               {tr("List the bases"), Lines::plain(QStringLiteral("list-base"), {})},
               {tr("List the overlays"), Lines::plain(QStringLiteral("list-overlay"), {})},
               {tr("Import a base"),
                Lines::plain(QStringLiteral("import-base"), {QStringLiteral("FILE")})},
               {tr("Import an overlay"),
                Lines::plain(QStringLiteral("import-overlay"), {QStringLiteral("FILE")})},
               {tr("Build the sample base"), Lines::plain(QStringLiteral("sample-base"), {})}};
}

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

void LibraryPage::inspect() {
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (overlay != nullptr) Q_EMIT inspectRequested(overlay->file);
}

void LibraryPage::push() {
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    if (overlay != nullptr) Q_EMIT pushRequested(overlay->file);
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

void LibraryPage::editTags() {
    const std::optional<Choice> choice = chosen();
    if (!choice) return;
    const LibraryBase* base = &choice->base;
    const LibraryOverlay* overlay = choice->overlay ? &*choice->overlay : nullptr;
    static const QRegularExpression between(QStringLiteral("[\\s,]+"));
    bool agreed = false;
    const QString text = QInputDialog::getText(
        window(), tr("Tags of \"%1\"").arg(overlay != nullptr ? overlay->title : base->name),
        tr("&Words, with spaces between:"), QLineEdit::Normal,
        (overlay != nullptr ? overlay->tags : base->tags).join(u' '), &agreed);
    if (!agreed) return;
    const QStringList tags = text.split(between, Qt::SkipEmptyParts);
    work(overlay != nullptr ? tagOverlayWork(m_services, overlay->file, tags)
                            : tagBaseWork(m_services, base->id, tags),
         {});
}

void LibraryPage::remove() {
    const std::optional<Choice> choice = chosen();
    if (!choice || !m_remove->isEnabled()) return;
    const LibraryBase* base = &choice->base;
    const LibraryOverlay* overlay = choice->overlay ? &*choice->overlay : nullptr;
    QMessageBox question(window());
    question.setIcon(QMessageBox::Question);
    QPushButton* toTrash = nullptr;
    if (overlay != nullptr) {
        question.setText(tr("Delete the overlay \"%1\"?").arg(overlay->title));
        question.setInformativeText(tr("Its file is %1. The catalog can also forget it and leave "
                                       "the file where it is.")
                                        .arg(overlay->file));
        toTrash = question.addButton(tr("Move to &trash"), QMessageBox::DestructiveRole);
        toTrash->setEnabled(!overlay->missing);
    } else {
        question.setText(tr("Delete the base \"%1\"?").arg(base->name));
        question.setInformativeText(tr("Its disk and memory go for good.") + u'\n' +
                                    overlaysThatNeed(*base));
    }
    QPushButton* yes = question.addButton(overlay != nullptr ? tr("&Forget") : tr("&Delete"),
                                          QMessageBox::DestructiveRole);
    question.setDefaultButton(question.addButton(QMessageBox::Cancel));
    question.exec();
    if (toTrash != nullptr && question.clickedButton() == toTrash) trash(*overlay);
    if (question.clickedButton() != yes) return;
    work(overlay != nullptr ? forgetOverlayWork(m_services, overlay->file)
                            : deleteBaseWork(m_services, base->id),
         {});
}

void LibraryPage::trash(const LibraryOverlay& overlay) {
    m_trashed = overlay;
    m_trashedAt = std::make_shared<QString>();
    work(trashOverlayWork(m_services, overlay.file, m_trashedAt),
         tr("\"%1\" is in the trash.").arg(overlay.title), tr("&Undo"));
}

void LibraryPage::undoTrash() {
    work(restoreOverlayWork(m_services, m_trashed, *m_trashedAt), {});
    m_wanted = m_trashed.file;
}

void LibraryPage::importFile() {
    const QString file = QFileDialog::getOpenFileName(
        window(), tr("Import a base or an overlay"), StudioSettings::overlayFolder(),
        tr("Bases and overlays (*.cloudlet-base *.cloudlet);;All files (*)"));
    if (!file.isEmpty()) Q_EMIT openRequested(file);
}

void LibraryPage::importBase(const QString& file) {
    work(importBaseWork(m_services, file), tr("The base is in the catalog."));
}

void LibraryPage::importOverlay(const QString& file) {
    work(importOverlayWork(m_services, file), {});
    m_wanted = file;
}

void LibraryPage::exportFile() {
    const std::optional<Choice> choice = chosen();
    if (!choice) return;
    const LibraryBase* base = &choice->base;
    const LibraryOverlay* overlay = choice->overlay ? &*choice->overlay : nullptr;
    const QString proposed = overlay != nullptr ? QFileInfo(overlay->file).fileName()
                                                : base->name + QStringLiteral(".cloudlet-base");
    const QString file = QFileDialog::getSaveFileName(
        window(), overlay != nullptr ? tr("Export the overlay") : tr("Export the base"),
        StudioSettings::overlayFolder() + u'/' + proposed);
    if (file.isEmpty() || (overlay != nullptr && file == overlay->file)) return;
    if (overlay != nullptr) {
        work(copyOverlayWork(overlay->file, file), tr("A copy is in %1.").arg(file));
    } else {
        work(exportBaseWork(m_services, base->id, file), tr("The base is in %1.").arg(file));
    }
}

void LibraryPage::buildSample() {
    work(sampleBaseWork(m_services), {});
}

}  // namespace cloudlet
