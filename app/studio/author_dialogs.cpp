#include "app/studio/author_dialogs.h"

#include <QCheckBox>
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
#include <set>

#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "engine/base/utf8.h"
#include "engine/overlay/limits.h"

namespace cloudlet {

namespace {

constexpr const char* kSuffix = ".cloudlet";

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

Result<std::vector<PortForward>> parsePorts(const QString& text) {
    static const QRegularExpression between(QStringLiteral("[\\s,;]+"));
    std::vector<PortForward> forwards;
    std::set<std::pair<PortForward::Protocol, std::uint16_t>> used;
    const QStringList words = text.split(between, Qt::SkipEmptyParts);
    for (const QString& word : words) {
        const PortForward forward = TRY(PortForward::parse(word.toStdString()));
        if (forward.hostPort != 0 && !used.insert({forward.protocol, forward.hostPort}).second) {
            return Error{ErrorCode::inUse, "port " + std::to_string(forward.hostPort) +
                                               " of this host is named twice"};
        }
        forwards.push_back(forward);
    }
    return forwards;
}

StartAuthorDialog::StartAuthorDialog(QString base, QWidget* parent)
    : QDialog(parent),
      m_base(std::move(base)),
      m_ports(new QLineEdit),
      m_problem(problemLabel()),
      m_buttons(buttonsWith(tr("&Start"), this)) {
    setWindowTitle(tr("Author an overlay of \"%1\"").arg(m_base));
    m_ports->setPlaceholderText(tr("for example 8080:80, 0:443"));
    m_ports->setToolTip(
        tr("HOST:GUEST, separated by commas; host port 0 is any free one; udp:53:53 for UDP"));
    m_ports->setMinimumWidth(fontMetrics().averageCharWidth() * 44);
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Ports of the guest to open here:"), m_ports);
    form->addRow(m_problem);
    form->addRow(m_buttons);
    connect(m_ports, &QLineEdit::textChanged, this, &StartAuthorDialog::check);
    check();
}

void StartAuthorDialog::check() {
    Result<std::vector<PortForward>> ports = parsePorts(m_ports->text());
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(static_cast<bool>(ports));
    m_problem->setText(ports ? tr("The overlay keeps them for whoever runs it.")
                             : toQt(ports.error().message));
    if (ports) m_forwards = std::move(*ports);
}

AuthorOrder StartAuthorDialog::order() const {
    return {m_base, tr("overlay of %1").arg(m_base), m_forwards};
}

CreateOverlayDialog::CreateOverlayDialog(const QString& title, QWidget* parent)
    : QDialog(parent),
      m_title(new QLineEdit(title)),
      m_file(new QLineEdit),
      m_notes(new QPlainTextEdit),
      m_clean(new QCheckBox(tr("&Clean the guest first"))),
      m_problem(problemLabel()),
      m_buttons(buttonsWith(tr("C&reate overlay"), this)) {
    setWindowTitle(tr("Create overlay"));
    m_title->setMaxLength(kMostTitleBytes);
    m_notes->setTabChangesFocus(true);
    m_notes->setMaximumHeight(fontMetrics().lineSpacing() * 5);
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
    const QFileInfo folder(file.absolutePath());
    QString problem;
    const QString title = m_title->text().trimmed();
    if (title.isEmpty() || !isDisplayText(title.toStdString(), kMostTitleBytes)) {
        problem = tr("A name is one line of 1 to %1 bytes.").arg(kMostTitleBytes);
    } else if (file.fileName().isEmpty() || file.isDir() || !file.isAbsolute()) {
        problem = tr("Name a file with its whole path.");
    } else if (!folder.isDir()) {
        problem = tr("The folder %1 does not exist.").arg(folder.filePath());
    } else if (!folder.isWritable()) {
        problem = tr("The folder %1 cannot be written.").arg(folder.filePath());
    }
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(problem.isEmpty());
    const QStorageInfo storage(folder.filePath());
    const QString room = tr("%1 are free there.%2")
                             .arg(bytesText(static_cast<std::uint64_t>(
                                      std::max<qint64>(0, storage.bytesAvailable()))),
                                  file.exists() ? tr(" The file there is replaced.") : QString());
    m_problem->setText(problem.isEmpty() ? room : problem);
}

OverlayOrder CreateOverlayDialog::order() const {
    return {m_file->text(), m_title->text().trimmed(), m_notes->toPlainText().trimmed(),
            m_clean->isChecked()};
}

}  // namespace cloudlet
