#include "app/studio/push_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/studio/qt_text.h"
#include "engine/net/server_state.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

PushDialog::PushDialog(QString file, QWidget* parent)
    : QDialog(parent),
      m_file(std::move(file)),
      m_choice(new QComboBox),
      m_complete(new QCheckBox(tr("&Start the VM only when all has arrived"))),
      m_verdict(new QLabel),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Push \"%1\"").arg(QFileInfo(m_file).completeBaseName()));
    m_buttons->addButton(tr("&Push"), QDialogButtonBox::AcceptRole)->setDefault(true);
    m_choice->setAccessibleName(tr("Cloudlet"));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_verdict->setMinimumHeight(3 * fontMetrics().lineSpacing());
    m_verdict->setAlignment(Qt::AlignTop);
    auto* form = new QFormLayout;
    form->addRow(tr("&Cloudlet:"), m_choice);
    form->addRow(m_complete);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_verdict, 1);
    layout->addWidget(m_buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 70);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &PushDialog::check);
    connect(&m_checking, &Job::finished, this, &PushDialog::checked);
    servers(PairedServers().all());
}

PushDialog::~PushDialog() = default;

PushOrder PushDialog::order() const {
    return {m_file, m_servers.at(static_cast<std::size_t>(m_choice->currentIndex())),
            m_complete->isChecked()};
}

void PushDialog::servers(const Result<std::vector<PairedServer>>& paired) {
    if (!paired) return allow(false, toQt(paired.error().message));
    m_servers = *paired;
    for (const PairedServer& server : m_servers) {
        m_choice->addItem(tr("%1 (%2)").arg(toQt(server.name), toQt(server.address.text())));
    }
    m_choice->setEnabled(!m_servers.empty());
    if (m_servers.empty()) {
        allow(false, tr("This computer is not paired with a cloudlet. Run \"synthesis_server "
                        "pair\" there, and pair with its link on the Cloudlets page."));
    }
}

void PushDialog::check() {
    allow(false, tr("Asking the cloudlet…"));
    m_isStale = m_checking.isRunning();
    if (m_isStale) return m_checking.cancel();
    m_checking.start([server = order().server, file = m_file](
                         Progress&, const std::stop_token& stop) -> Result<void> {
        FileSource source = TRY(FileSource::open(toPath(file)));
        const Manifest manifest = TRY(readManifest(source));
        return checkFit(TRY(readServerState(server.access(), stop)), server.role, manifest);
    });
}

void PushDialog::checked() {
    if (m_isStale) return check();
    if (m_checking.state() == Job::State::done) {
        allow(true,
              tr("It holds the base and has room. Its CPU and QEMU it compares itself, before "
                 "it takes anything."));
    } else {
        allow(false, tr("It cannot be pushed there: %1.").arg(toQt(m_checking.error().message)));
    }
}

void PushDialog::allow(bool push, const QString& sentence) {
    m_verdict->setText(sentence);
    for (QAbstractButton* button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole) {
            button->setEnabled(push);
            if (push && !m_choice->hasFocus()) button->setFocus();
        }
    }
}

}  // namespace cloudlet
