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
#include "engine/net/send_base.h"
#include "engine/net/server_state.h"
#include "engine/overlay/chunk_source.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

PushDialog::PushDialog(StudioServices& services, QString file, QWidget* parent)
    : QDialog(parent),
      m_services(services),
      m_file(std::move(file)),
      m_choice(new QComboBox),
      m_complete(new QCheckBox(tr("&Start the VM only when all has arrived"))),
      m_sendBase(new QCheckBox),
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
    form->addRow(m_sendBase);
    m_sendBase->hide();
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_verdict, 1);
    layout->addWidget(m_buttons);
    setMinimumWidth(fontMetrics().averageCharWidth() * 70);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &PushDialog::check);
    connect(m_sendBase, &QCheckBox::toggled, this, &PushDialog::offerBase);
    connect(&m_checking, &Job::finished, this, &PushDialog::checked);
    servers(PairedServers().all());
}

PushDialog::~PushDialog() = default;

PushOrder PushDialog::order() const {
    PushOrder order{m_file, m_servers.at(static_cast<std::size_t>(m_choice->currentIndex())),
                    m_complete->isChecked(), std::nullopt};
    if (m_sendBase->isVisibleTo(this)) order.base = m_finding->missing->id;
    return order;
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
    m_sendBase->hide();
    allow(false, tr("Asking the cloudlet…"));
    m_isStale = m_checking.isRunning();
    if (m_isStale) return m_checking.cancel();
    m_finding = std::make_shared<Finding>();
    m_checking.start([server = order().server, file = m_file, finding = m_finding,
                      &catalog = m_services.catalog()](Progress&, const std::stop_token& stop) {
        return examine(server, file, catalog, *finding, stop);
    });
}

// On the job's thread.
Result<void> PushDialog::examine(const PairedServer& server, const QString& file, Catalog& catalog,
                                 Finding& finding, const std::stop_token& stop) {
    FileSource source = TRY(FileSource::open(toPath(file)));
    const Manifest manifest = TRY(readManifest(source));
    ServerState state = TRY(readServerState(server.access(), stop));
    const bool mayBring = mayDo(server.role, Act::sendBase);
    if (mayBring && !holdsBase(state.bases, manifest.base.id)) {
        const Result<BaseRecord> here = catalog.baseById(manifest.base.id);
        if (here && here->state == BaseState::ready) {
            finding.bytes = TRY(mostBytesOf(*here));
            finding.missing = *here;
            state.bases.push_back({here->id, here->name, 0, 0});  // as it will be then
        }
    }
    return checkFit(state, server.role, manifest);
}

void PushDialog::checked() {
    if (m_isStale) return check();
    if (m_checking.state() != Job::State::done) {
        allow(false, tr("It cannot be pushed there: %1.").arg(toQt(m_checking.error().message)));
    } else if (m_finding->missing) {
        m_sendBase->setText(tr("Send the &base first (up to %1)").arg(bytesText(m_finding->bytes)));
        m_sendBase->setChecked(false);
        m_sendBase->show();
        offerBase();
        m_sendBase->setFocus();
    } else {
        allow(true,
              tr("It holds the base and has room. Its CPU and QEMU it compares itself, before "
                 "it takes anything."));
    }
}

void PushDialog::offerBase() {
    const QString base = toQt(m_finding->missing->name);
    if (m_sendBase->isChecked()) {
        allow(true, tr("The base VM \"%1\" goes there first, and stays there.").arg(base));
    } else {
        allow(
            false,
            tr("It does not hold the base VM \"%1\", which this computer can send it.").arg(base));
    }
}

void PushDialog::allow(bool push, const QString& sentence) {
    m_verdict->setText(sentence);
    for (QAbstractButton* button : m_buttons->buttons()) {
        if (m_buttons->buttonRole(button) == QDialogButtonBox::AcceptRole) {
            button->setEnabled(push);
            // A disabled button is none: Enter would press Cancel from then on.
            if (push) qobject_cast<QPushButton*>(button)->setDefault(true);
            if (push && !m_choice->hasFocus() && !m_sendBase->hasFocus()) button->setFocus();
        }
    }
}

}  // namespace cloudlet
