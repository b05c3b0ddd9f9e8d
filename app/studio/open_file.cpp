#include "app/studio/open_file.h"

#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include "app/studio/qt_text.h"

namespace cloudlet {

OpenFile::OpenFile(QString file, QWidget* window)
    : QObject(window),
      m_file(std::move(file)),
      m_window(window),
      m_what(std::make_shared<RecognisedFile>()) {
    connect(&m_job, &Job::finished, this, &OpenFile::recognised);
    m_job.start([file = m_file, what = m_what](Progress&, const std::stop_token&) -> Result<void> {
        *what = TRY(recogniseFile(toPath(file)));
        return {};
    });
}

void OpenFile::recognised() {
    deleteLater();
    if (m_job.state() == Job::State::done) {
        ask(*m_what);
    } else if (m_job.state() == Job::State::failed) {
        QMessageBox::warning(m_window, tr("Open a file"), toQt(m_job.error().message));
    }
}

void OpenFile::ask(const RecognisedFile& what) {
    using Kind = RecognisedFile::Kind;
    QMessageBox box(m_window);
    box.setWindowTitle(tr("Open a file"));
    box.setIcon(QMessageBox::Question);
    box.setText(tr("\"%1\" is %2.").arg(QFileInfo(m_file).fileName(), toQt(what.text)));
    const auto offer = [&box, this](const QString& text, auto signal, auto... arguments) {
        QPushButton* button = box.addButton(text, QMessageBox::AcceptRole);
        connect(button, &QPushButton::clicked, this, [this, signal, arguments...] {
            Q_EMIT(this->*signal)(m_file, arguments...);
        });
        return button;
    };
    switch (what.kind) {
        case Kind::overlay:
            box.setInformativeText(tr("What shall be done with it?"));
            box.setDefaultButton(offer(tr("&Run"), &OpenFile::runChosen));
            offer(tr("&Inspect"), &OpenFile::inspectChosen);
            offer(tr("&Add to the library"), &OpenFile::importOverlayChosen);
            break;
        case Kind::basePackage:
            box.setDefaultButton(offer(tr("&Import the base"), &OpenFile::importBaseChosen));
            break;
        case Kind::disk:
            box.setInformativeText(tr("A copy of it can be booted and made a base VM."));
            box.setDefaultButton(
                offer(tr("Create a &base from it…"), &OpenFile::createBaseChosen, false));
            break;
        case Kind::installer:
            box.setInformativeText(tr("A system can be installed from it and made a base VM."));
            box.setDefaultButton(
                offer(tr("&Install a base from it…"), &OpenFile::createBaseChosen, true));
            break;
        case Kind::unknown:
            box.setIcon(QMessageBox::Information);
            box.setInformativeText(
                tr("The studio opens VM overlays, base packages, disk images "
                   "(raw and qcow2) and images of installation discs."));
    }
    box.addButton(what.kind == Kind::unknown ? QMessageBox::Close : QMessageBox::Cancel);
    box.exec();
}

}  // namespace cloudlet
