#include "app/studio/library_details.h"

#include <QFormLayout>
#include <QLabel>
#include <QPixmap>
#include <QVBoxLayout>

#include "app/studio/chunk_kinds.h"
#include "app/studio/manifest_text.h"
#include "app/studio/qt_text.h"
#include "widgets/composition_bar.h"
#include "widgets/console_picture.h"

namespace cloudlet {

namespace {

constexpr QSize kPicture(280, 175);

}  // namespace

LibraryDetails::LibraryDetails(QWidget* parent)
    : QFrame(parent),
      m_picture(new ConsolePicture(kPicture)),
      m_title(new QLabel),
      m_facts(new QWidget),
      m_form(new QFormLayout(m_facts)),
      m_composedOf(new QLabel),
      m_composition(new CompositionBar),
      m_notes(new QLabel) {
    setFrameShape(QFrame::StyledPanel);
    QFont bold = m_title->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.2);
    m_title->setFont(bold);
    m_title->setWordWrap(true);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_notes->setWordWrap(true);
    m_composedOf->setWordWrap(true);
    m_notes->setTextFormat(Qt::PlainText);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_picture);
    layout->addWidget(m_title);
    layout->addWidget(m_facts);
    layout->addWidget(m_notes);
    layout->addWidget(m_composedOf);
    layout->addWidget(m_composition);
    layout->addStretch();
    setFixedWidth(kPicture.width() + layout->contentsMargins().left() +
                  layout->contentsMargins().right() + 2 * frameWidth());
    connect(&m_job, &Job::finished, this, &LibraryDetails::loaded);
    showNothing();
}

void LibraryDetails::clear(const QString& title) {
    m_title->setText(title);
    while (m_form->rowCount() > 0) m_form->removeRow(0);
    m_notes->hide();
    m_composedOf->hide();
    m_composition->hide();
    m_wanted.clear();
    m_picture->setPicture({});
}

void LibraryDetails::addFact(const QString& name, const QString& value) {
    auto* label = new QLabel(value);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_form->addRow(name, label);
}

void LibraryDetails::showNothing() {
    clear(tr("Nothing is chosen"));
}

void LibraryDetails::showBase(const LibraryBase& base) {
    clear(base.isKnown() ? base.name : tr("Overlays without their base"));
    if (!base.isKnown()) {
        m_notes->setText(tr("Import the base that they were made from to run them here."));
        m_notes->show();
        return;
    }
    m_picture->setPicture(QPixmap(base.preview));
    addFact(tr("Disk:"), bytesText(base.diskBytes));
    addFact(tr("Memory:"), bytesText(base.memoryBytes));
    addFact(tr("On this disk:"), bytesText(base.bytes));
    addFact(tr("Made:"), dateText(base.created));
    addFact(tr("Overlays:"), QString::number(base.overlays.size()));
    addFact(tr("Id:"), base.id.left(12));
    m_notes->setText(base.problem);
    m_notes->setVisible(!base.problem.isEmpty());
}

void LibraryDetails::showOverlay(const LibraryOverlay& overlay, const LibraryBase& base) {
    clear(overlay.title);
    addFact(tr("Base:"), base.isKnown() ? base.name : tr("not here"));
    addFact(tr("Size:"), bytesText(overlay.bytes));
    addFact(tr("Made:"), dateText(overlay.created));
    addFact(tr("File:"), overlay.file);
    m_wanted = overlay.file;
    if (overlay.missing) {
        m_notes->setText(tr("The file is not where it was; put it back, or forget it."));
        m_notes->show();
        return;
    }
    if (!m_job.isRunning()) readWanted();  // else loaded() goes on with the wanted one
}

void LibraryDetails::readWanted() {
    m_reading = m_wanted;
    m_read = std::make_shared<std::optional<OverlayDetails>>();
    m_job.start(
        [file = m_reading, read = m_read](Progress&, const std::stop_token&) -> Result<void> {
            *read = TRY(readOverlayDetails(file));
            return {};
        });
}

void LibraryDetails::loaded() {
    if (m_wanted.isEmpty()) return;
    if (m_wanted != m_reading) {  // another one was chosen meanwhile
        readWanted();
        return;
    }
    if (m_job.state() == Job::State::done) {
        showManifest(**m_read);
    } else {
        m_notes->setText(toQt(m_job.error().message));
        m_notes->show();
    }
}

void LibraryDetails::showManifest(const OverlayDetails& details) {
    const Manifest& manifest = details.manifest;
    addFact(tr("Ports:"), portsText(manifest.ports));
    addFact(tr("Id:"), details.id.left(12));
    QPixmap picture;
    picture.loadFromData(reinterpret_cast<const uchar*>(manifest.preview.data()),
                         static_cast<uint>(manifest.preview.size()), "PNG");
    m_picture->setPicture(picture);
    m_notes->setText(toQt(manifest.notes));
    m_notes->setVisible(!manifest.notes.empty());
    m_composedOf->setText(
        tr("Before compression %1 of the disk and %2 of the memory changed:")
            .arg(bytesText(manifest.of(ImageKind::disk).changed() * kChunkSize),
                 bytesText(manifest.of(ImageKind::memory).changed() * kChunkSize)));
    m_composition->setParts(compositionOf(chunksByKind(manifest.composition)));
    m_composedOf->show();
    m_composition->show();
}

}  // namespace cloudlet
