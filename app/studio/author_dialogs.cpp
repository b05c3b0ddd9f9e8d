#include "app/studio/author_dialogs.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QStorageInfo>
#include <QVBoxLayout>

#include "app/studio/port_table.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "engine/base/utf8.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr const char* kSuffix = ".cloudlet";
// The file, and its compressed parts before they are put together.
constexpr std::uint64_t kFilesMeanwhile = 2;

std::uint64_t freeIn(const QString& folder) {
    return static_cast<std::uint64_t>(std::max<qint64>(0, QStorageInfo(folder).bytesAvailable()));
}

QDialogButtonBox* buttonsWith(const QString& action, QDialog* dialog) {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Ok)->setText(action);
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return buttons;
}

QLabel* problemLabel() {
    auto* label = new QLabel;
    label->setWordWrap(true);
    return label;
}

// A title as the name of a file: what no file system objects to.
QString fileNameOf(const QString& title) {
    static const QRegularExpression unfit(QStringLiteral("[^\\w.-]+"),
                                          QRegularExpression::UseUnicodePropertiesOption);
    QString name = title.trimmed();
    name.replace(unfit, QStringLiteral("-"));
    return (name.isEmpty() ? QStringLiteral("overlay") : name) + QLatin1String(kSuffix);
}

}  // namespace

StartAuthorDialog::StartAuthorDialog(QString base, QWidget* parent)
    : QDialog(parent), m_base(std::move(base)), m_ports(new PortTable({})) {
    setWindowTitle(tr("Author an overlay of \"%1\"").arg(m_base));
    auto* hint = new QLabel(
        tr("Ports of the guest to open on this machine, now and for whoever runs the overlay. "
           "They can be changed while the guest runs."));
    hint->setWordWrap(true);
    QDialogButtonBox* buttons = buttonsWith(tr("&Start"), this);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(hint);
    layout->addWidget(m_ports);
    layout->addWidget(buttons);
    connect(&m_ports->model(), &PortModel::edited, this, [this, buttons] {
        buttons->button(QDialogButtonBox::Ok)->setEnabled(!m_ports->model().hasProblem());
    });
    buttons->button(QDialogButtonBox::Ok)->setFocus();
    resize(fontMetrics().averageCharWidth() * 70, sizeHint().height());
}

AuthorOrder StartAuthorDialog::order() const {
    return {m_base, tr("overlay of %1").arg(m_base), m_ports->model().forwards()};
}

CreateOverlayDialog::CreateOverlayDialog(const QString& title, OverlayNeeds needs, QWidget* parent)
    : QDialog(parent),
      m_needs(std::move(needs)),
      m_title(new QLineEdit(title)),
      m_file(new QLineEdit),
      m_notes(new QPlainTextEdit),
      m_profile(new QComboBox),
      m_clean(new QCheckBox(tr("C&lean the guest first"))),
      m_problem(problemLabel()),
      m_buttons(buttonsWith(tr("C&reate overlay"), this)) {
    setWindowTitle(tr("Create overlay"));
    m_title->setMaxLength(kMostTitleBytes);
    m_notes->setTabChangesFocus(true);
    m_notes->setMaximumHeight(fontMetrics().lineSpacing() * 5);
    m_profile->addItem(tr("Fastest to make"), QVariant::fromValue(Profile::fastest));
    m_profile->addItem(tr("Balanced"), QVariant::fromValue(Profile::balanced));
    m_profile->addItem(tr("Smallest file"), QVariant::fromValue(Profile::smallest));
    m_profile->setCurrentIndex(m_profile->findData(QVariant::fromValue(Profile::balanced)));
    m_clean->setChecked(true);
    m_clean->setToolTip(
        tr("Frees memory and trims disks, so that the overlay holds what you "
           "added and nothing else; takes some seconds"));
    auto* browseButton = new QPushButton(tr("&Browse…"));
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(browseButton);
    m_file->setMinimumWidth(fontMetrics().averageCharWidth() * 50);
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Name:"), m_title);
    auto* fileLabel = new QLabel(tr("&File:"));
    fileLabel->setBuddy(m_file);
    form->addRow(fileLabel, fileRow);
    form->addRow(tr("N&otes:"), m_notes);
    form->addRow(tr("&Compression:"), m_profile);
    form->addRow(QString(), m_clean);
    form->addRow(m_problem);
    form->addRow(m_buttons);
    connect(browseButton, &QPushButton::clicked, this, &CreateOverlayDialog::browse);
    connect(m_title, &QLineEdit::textChanged, this, &CreateOverlayDialog::check);
    connect(m_file, &QLineEdit::textChanged, this, &CreateOverlayDialog::check);
    connect(m_file, &QLineEdit::textEdited, this, [this] { m_fileChosen = true; });
    m_title->selectAll();
    check();
}

void CreateOverlayDialog::browse() {
    const QString file =
        QFileDialog::getSaveFileName(this, tr("File of the overlay"), m_file->text(),
                                     tr("Overlays (*%1)").arg(QLatin1String(kSuffix)));
    if (file.isEmpty()) return;
    m_fileChosen = true;
    m_file->setText(file);
}

void CreateOverlayDialog::check() {
    if (!m_fileChosen) {
        const QSignalBlocker blocker(m_file);
        m_file->setText(
            QDir(StudioSettings::overlayFolder()).filePath(fileNameOf(m_title->text())));
    }
    const QFileInfo file(m_file->text());
    const QString problem = problemOf(file);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
    m_problem->setText(problem.isEmpty() ? roomText(file) : problem);
}

QString CreateOverlayDialog::problemOf(const QFileInfo& file) const {
    const QFileInfo folder(file.absolutePath());
    const QString title = m_title->text().trimmed();
    if (title.isEmpty() || !isDisplayText(title.toStdString(), kMostTitleBytes)) {
        return tr("A name is one line of 1 to %1 bytes.").arg(kMostTitleBytes);
    }
    if (file.fileName().isEmpty() || file.isDir() || !file.isAbsolute()) {
        return tr("Name a file with its whole path.");
    }
    if (!folder.isDir()) return tr("The folder %1 does not exist.").arg(folder.filePath());
    if (!folder.isWritable()) return tr("The folder %1 cannot be written.").arg(folder.filePath());
    const QString few = tr("%1 has %2 free; making the overlay takes about %3: free some space%4.");
    const std::uint64_t needed = kFilesMeanwhile * m_needs.fileBytes;
    if (freeIn(folder.filePath()) < needed) {
        return few.arg(folder.filePath(), bytesText(freeIn(folder.filePath())), bytesText(needed),
                       tr(", or choose another folder"));
    }
    if (!m_needs.captureFolder.isEmpty() && freeIn(m_needs.captureFolder) < m_needs.captureBytes) {
        return few.arg(m_needs.captureFolder, bytesText(freeIn(m_needs.captureFolder)),
                       bytesText(m_needs.captureBytes), QString());
    }
    return {};
}

QString CreateOverlayDialog::roomText(const QFileInfo& file) const {
    const QString need = m_needs.fileBytes == 0
                             ? QString()
                             : tr("The overlay takes about %1. ").arg(bytesText(m_needs.fileBytes));
    return need + tr("%1 are free there.%2")
                      .arg(bytesText(freeIn(file.absolutePath())),
                           file.exists() ? tr(" The file there is replaced.") : QString());
}

OverlayOrder CreateOverlayDialog::order() const {
    return {m_file->text(),
            m_title->text().trimmed(),
            m_notes->toPlainText().trimmed(),
            m_clean->isChecked(),
            m_profile->currentData().value<Profile>(),
            {}};
}

}  // namespace cloudlet
