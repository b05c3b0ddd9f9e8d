#include "app/studio/base_page.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/studio/qt_text.h"
#include "widgets/action_bar.h"
#include "widgets/console_panel.h"
#include "widgets/error_panel.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

namespace {

constexpr int kLongestName = 100;  // BaseVm::name
constexpr quint64 kMiB = 1 << 20;
constexpr quint64 kGiB = 1 << 30;

QSpinBox* numberBox(int least, int most, int value, const QString& suffix) {
    auto* box = new QSpinBox;
    box->setRange(least, most);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

}  // namespace

CreateBaseDialog::CreateBaseDialog(QString file, bool isInstaller, QWidget* parent)
    : QDialog(parent),
      m_file(std::move(file)),
      m_isInstaller(isInstaller),
      m_name(new QLineEdit(QFileInfo(m_file).completeBaseName().left(kLongestName))),
      m_memory(numberBox(64, 1 << 20, 1024, tr(" MiB"))),
      m_vcpus(numberBox(1, 64, 1, {})),
      m_disk(numberBox(1, 16384, 8, tr(" GiB"))) {
    setWindowTitle(isInstaller ? tr("Install a base VM") : tr("Create a base VM"));
    m_name->setMaxLength(kLongestName);
    m_memory->setSingleStep(256);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    QPushButton* start = buttons->button(QDialogButtonBox::Ok);
    start->setText(tr("&Start"));
    auto* text = new QLabel(
        isInstaller
            ? tr("The guest boots from the disc; install onto its empty disk. When it is as every "
                 "overlay shall find it, create the base.")
            : tr("A copy of the disk boots. When the guest is as every overlay shall find it, "
                 "create the base."));
    text->setWordWrap(true);
    auto* form = new QFormLayout(this);
    form->addRow(text);
    form->addRow(tr("&Name:"), m_name);
    form->addRow(tr("&Memory:"), m_memory);
    form->addRow(tr("&Processors:"), m_vcpus);
    if (isInstaller) form->addRow(tr("New &disk:"), m_disk);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_name, &QLineEdit::textChanged, this,
            [start](const QString& name) { start->setEnabled(!name.trimmed().isEmpty()); });
}

BaseOrder CreateBaseDialog::order() const {
    return {m_name->text().trimmed(),
            m_file,
            m_isInstaller,
            static_cast<quint64>(m_memory->value()) * kMiB,
            static_cast<quint64>(m_disk->value()) * kGiB,
            static_cast<unsigned>(m_vcpus->value())};
}

BasePage::BasePage(StudioServices& services, const BaseOrder& order, QWidget* parent)
    : Page(parent),
      m_job(new BaseJob(services, order, this)),
      m_heading(new QLabel(tr("The guest of \"%1\" is started…").arg(order.name))),
      m_console(new ConsolePanel),
      m_stage(new StageBar),
      m_error(new ErrorPanel) {
    m_heading->setTextFormat(Qt::PlainText);
    m_heading->setWordWrap(true);
    auto* bar = new ActionBar(tr("Base"));
    m_discard = bar->addAction(tr("&Discard"), &m_job->job(), &Job::cancel);
    m_discard->setToolTip(tr("Ends the guest and makes no base"));
    m_create = bar->addAction(tr("Create &base"), m_job, &BaseJob::save);
    m_create->setToolTip(tr("Saves the guest as it is now, as a base VM"));
    m_create->setEnabled(false);
    bar->setMain(m_create);
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(bar);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addWidget(m_console, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_error);
    connect(m_job, &BaseJob::guestReady, this, &BasePage::guestReady);
    connect(m_job, &BaseJob::saving, this, &BasePage::saving);
    connect(&m_job->job(), &Job::progressed, this, [this] {
        if (!m_job->job().isCancelling()) m_stage->setStage(m_job->job().view());
    });
    connect(&m_job->job(), &Job::finished, this, &BasePage::ended);
    connect(m_stage, &StageBar::cancelled, this, [this] {
        m_job->job().cancel();
        m_stage->showCancelling();
    });
    m_job->start();
}

BasePage::~BasePage() = default;

QString BasePage::title() const {
    return tr("Base: %1").arg(m_job->order().name);
}

QString BasePage::commandLine() const {
    const BaseOrder& order = m_job->order();
    QString line = QStringLiteral("cloudlet base ");
    if (order.isInstaller) {
        line += QStringLiteral("--cdrom %1 --new-disk %2G")
                    .arg(shellQuoted(order.file))
                    .arg(order.diskBytes / kGiB);
    } else {
        line += shellQuoted(order.file);
    }
    return line + QStringLiteral(" --name %1 --memory %2M --vcpus %3")
                      .arg(shellQuoted(order.name))
                      .arg(order.memoryBytes / kMiB)
                      .arg(order.vcpus);
}

QString BasePage::wouldLose() const {
    return m_job->job().isRunning()
               ? tr("The base \"%1\" is not finished.").arg(m_job->order().name)
               : QString();
}

void BasePage::guestReady(const QString& console) {
    m_heading->setText(tr("Bring the guest to where overlays shall begin, then create the base."));
    m_stage->hide();
    m_create->setEnabled(true);
    m_console->view().setAccessibleName(tr("Console of the guest of %1").arg(m_job->order().name));
    m_console->view().open(unixConnector(console));
    m_console->view().setFocus();
}

void BasePage::saving() {
    m_heading->setText(tr("The base \"%1\" is being made…").arg(m_job->order().name));
    m_create->setEnabled(false);
    m_console->view().close();
    m_stage->reset();
    m_stage->show();
}

void BasePage::ended() {
    m_console->view().close();
    m_stage->hide();
    m_create->setVisible(false);
    m_discard->setVisible(false);
    switch (m_job->job().state()) {
        case Job::State::done:
            m_heading->setText(tr("The base \"%1\" is in the library.").arg(m_job->order().name));
            Q_EMIT jobEnded(m_heading->text(), m_job->job().seconds());
            Q_EMIT libraryChanged();
            return;
        case Job::State::cancelled:
            m_heading->setText(tr("Discarded."));
            return;
        default: {
            const QString message = toQt(m_job->job().error().message);
            m_heading->setText(tr("There is no base."));
            Q_EMIT jobEnded(message, m_job->job().seconds());
            m_error->showError(message.section(u'\n', 0, 0), message.section(u'\n', 1));
        }
    }
}

}  // namespace cloudlet
