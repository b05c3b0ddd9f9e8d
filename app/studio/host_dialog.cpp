#include "app/studio/host_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/studio/library_jobs.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"

namespace cloudlet {

HostDialog::HostDialog(StudioServices& services, QWidget* parent)
    : QDialog(parent),
      m_services(services),
      m_findings(new HostFindings(HostFindings::Show::everything)) {
    setWindowTitle(tr("What works on this machine"));
    resize(820, 480);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* copy = buttons->addButton(tr("Cop&y all"), QDialogButtonBox::ActionRole);
    QPushButton* save = buttons->addButton(tr("&Save for a report…"), QDialogButtonBox::ActionRole);
    save->setToolTip(tr("Writes what helps others to find a fault to one file; nothing secret"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_findings, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_findings->text()); });
    connect(save, &QPushButton::clicked, this, &HostDialog::saveBundle);
    connect(&m_saving, &Job::finished, this, [this, save] {
        save->setEnabled(true);
        if (m_saving.state() == Job::State::failed) {
            QMessageBox::warning(this, windowTitle(), toQt(m_saving.error().message));
        }
    });
    connect(&m_saving, &Job::started, this, [save] { save->setEnabled(false); });
    m_findings->examine(services);
}

void HostDialog::saveBundle() {
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Save for a report"),
        StudioSettings::overlayFolder() + QStringLiteral("/cloudlet-report.tar.gz"));
    if (!file.isEmpty()) m_saving.start(bundleWork(m_services, file, m_log));
}

}  // namespace cloudlet
