#include "app/studio/base_page.h"

#include <QAction>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "app/studio/confirm.h"
#include "app/studio/guest_side.h"
#include "app/studio/qt_text.h"
#include "widgets/console_panel.h"
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
      m_disk(numberBox(1, 16384, 8, tr(" GiB"))),
      m_clean(new QCheckBox(tr("C&lean the guest before it is saved"))) {
    setWindowTitle(isInstaller ? tr("Install a base VM") : tr("Create a base VM"));
    m_name->setMaxLength(kLongestName);
    m_memory->setSingleStep(256);
    m_clean->setChecked(true);
    m_clean->setToolTip(
        tr("Frees memory and trims disks through the guest's agent, if it has one; the base and "
           "what is made from it are smaller then"));
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
    form->addRow(QString(), m_clean);
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
            static_cast<unsigned>(m_vcpus->value()),
            m_clean->isChecked()};
}

BasePage::BasePage(StudioServices& services, const BaseOrder& order, QWidget* parent)
    : GuestFrame(parent),
      m_job(new BaseJob(services, order, this)),
      m_discard(addAction(tr("&Discard…"), tr("Ends the guest and makes no base"))),
      m_create(addAction(tr("Create &base"), tr("Saves the guest as it is now, as a base VM"))) {
    heading().setText(tr("The guest of \"%1\" is started…").arg(order.name));
    setMain(m_create);
    m_create->setEnabled(false);
    side().setFact(order.isInstaller ? tr("Disc:") : tr("Disk:"), QFileInfo(order.file).fileName());
    if (order.isInstaller) side().setFact(tr("New disk:"), bytesText(order.diskBytes));
    side().setFact(tr("Memory:"), bytesText(order.memoryBytes));
    side().setFact(tr("Processors:"), QString::number(order.vcpus));
    connect(m_discard, &QAction::triggered, this, &BasePage::discard);
    connect(m_create, &QAction::triggered, m_job, &BaseJob::save);
    connect(m_job, &BaseJob::guestReady, this, &BasePage::guestReady);
    connect(m_job, &BaseJob::saving, this, &BasePage::saving);
    Job& job = m_job->job();
    connect(&job, &Job::progressed, this, [this, &job] {
        if (!job.isCancelling()) stage().setStage(job.view());
    });
    connect(&job, &Job::noticed, &side(), &GuestSide::log);
    connect(&job, &Job::finished, this, &BasePage::ended);
    connect(&stage(), &StageBar::cancelled, this, [this, &job] {
        job.cancel();
        stage().showCancelling();
    });
    m_job->start();
}

BasePage::~BasePage() = default;

QString BasePage::title() const {
    return tr("Base: %1").arg(m_job->order().name);
}

QList<ActionCommand> BasePage::commands() const {
    return {{plainWords(m_create->text()), CommandLines::createBase(m_job->order())}};
}

QString BasePage::wouldLose() const {
    return m_job->job().isRunning()
               ? tr("The base \"%1\" is not finished.").arg(m_job->order().name)
               : QString();
}

void BasePage::discard() {
    if (confirm(window(), tr("End the guest of \"%1\"?").arg(m_job->order().name),
                tr("There will be no base of it."), tr("&End the guest"))) {
        m_job->job().cancel();
    }
}

void BasePage::guestReady(const QString& address) {
    heading().setText(tr("Bring the guest to where overlays shall begin, then create the base."));
    stage().hide();
    m_create->setEnabled(true);
    showConsole(unixConnector(address), tr("Console of the guest of %1").arg(m_job->order().name));
}

void BasePage::saving() {
    heading().setText(tr("The base \"%1\" is being made…").arg(m_job->order().name));
    m_create->setEnabled(false);
    console().view().close();
    stage().reset();
    stage().show();
}

void BasePage::ended() {
    console().view().close();
    stage().hide();
    m_create->setVisible(false);
    m_discard->setVisible(false);
    switch (m_job->job().state()) {
        case Job::State::done:
            heading().setText(tr("The base \"%1\" is in the library.").arg(m_job->order().name));
            Q_EMIT jobEnded(heading().text(), m_job->job().seconds());
            Q_EMIT libraryChanged();
            return;
        case Job::State::cancelled:
            heading().setText(tr("Discarded."));
            return;
        default: {
            const QString message = toQt(m_job->job().error().message);
            heading().setText(tr("There is no base."));
            Q_EMIT jobEnded(message, m_job->job().seconds());
            showFailure(message);
        }
    }
}

}  // namespace cloudlet
