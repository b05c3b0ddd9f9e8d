#include "app/studio/cloudlets_page.h"

#include <QAction>
#include <QFileDialog>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/studio/cloudlet_jobs.h"
#include "app/studio/cloudlet_text.h"
#include "app/studio/confirm.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "app/studio/tree_rows.h"
#include "widgets/action_bar.h"
#include "widgets/error_panel.h"
#include "widgets/roomy_rows.h"
#include "widgets/sentence.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

namespace {

constexpr int kAskEveryMs = 5000;

// Unless a person has chosen.
void chooseFirst(QTreeWidget& tree) {
    if (tree.currentItem() == nullptr) tree.setCurrentItem(tree.topLevelItem(0));
}

}  // namespace

CloudletsPage::CloudletsPage(QWidget* parent)
    : Page(parent), m_error(new ErrorPanel), m_stage(new StageBar) {
    auto* split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(buildServers());
    split->addWidget(buildState());
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 3);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(split, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_error);
    m_stage->hide();
    connect(m_stage, &StageBar::cancelled, &m_working, &Job::cancel);
    connect(&m_working, &Job::progressed, this, &CloudletsPage::showProgress);
    connect(m_servers, &QTreeWidget::currentItemChanged, this, &CloudletsPage::showState);
    connect(m_sessions, &QTreeWidget::currentItemChanged, this, &CloudletsPage::refreshActions);
    connect(&m_asking, &Job::finished, this, &CloudletsPage::asked);
    connect(&m_working, &Job::finished, this, [this] {
        m_stage->hide();
        if (m_working.state() == Job::State::done && !m_doneText.isEmpty()) {
            Q_EMIT jobEnded(m_doneText, m_working.seconds());
        }
        if (m_working.state() == Job::State::failed) {
            m_error->showError(toQt(m_working.error().message));
        }
        refreshActions();
        ask();
    });
    m_again.setSingleShot(true);
    m_again.setInterval(kAskEveryMs);
    connect(&m_again, &QTimer::timeout, this, &CloudletsPage::ask);
    showState();
}

CloudletsPage::~CloudletsPage() = default;

QString CloudletsPage::title() const {
    return tr("Cloudlets");
}

QList<ActionCommand> CloudletsPage::commands() const {
    constexpr auto plain = CommandLines::plain;
    QList<ActionCommand> list{
        {tr("Ask each"), plain(QStringLiteral("list-server"), {QStringLiteral("--ask")})},
        {plainWords(m_pair->text()), plain(QStringLiteral("pair"), {QStringLiteral("LINK")})}};
    const KnownCloudlet* cloudlet = chosen();
    if (cloudlet == nullptr) return list;
    const QString name = toQt(cloudlet->server.name);
    list << ActionCommand{plainWords(m_forget->text()),
                          plain(QStringLiteral("forget-server"), {name})};
    const ServerState::Session* session = chosenSession();
    if (session == nullptr) return list;
    const QStringList which{toQt(session->id), QStringLiteral("--from"), name};
    list << ActionCommand{plainWords(m_residue->text()),
                          plain(QStringLiteral("fetch-residue"),
                                which + QStringList{QStringLiteral("-o"), QStringLiteral("FILE")})};
    list << ActionCommand{plainWords(m_end->text()), plain(QStringLiteral("end-session"), which)};
    return list;
}

QTreeWidget* CloudletsPage::buildTree(const QString& name, const QStringList& columns) {
    auto* tree = new QTreeWidget;
    tree->setHeaderLabels(columns);
    tree->setAccessibleName(name);
    tree->setRootIsDecorated(false);
    tree->setUniformRowHeights(true);
    tree->setItemDelegate(new RoomyRows(tree));
    tree->setAlternatingRowColors(true);
    tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    tree->header()->setStretchLastSection(true);
    return tree;
}

QWidget* CloudletsPage::buildServers() {
    auto* bar = new ActionBar(tr("Cloudlets"));
    m_pair = bar->add(tr("&Pair…"),
                      tr("With the link that \"synthesis_server pair\" prints on the cloudlet"));
    m_forget = bar->add(tr("F&orget…"), tr("Its address, its key and this computer's token"));
    connect(m_pair, &QAction::triggered, this, &CloudletsPage::pair);
    connect(m_forget, &QAction::triggered, this, &CloudletsPage::forget);
    m_servers = buildTree(tr("Cloudlets"), {tr("Name"), tr("Address"), tr("Role"), tr("State")});
    m_servers->setObjectName(QStringLiteral("cloudlets"));
    m_servers->addActions({m_pair, m_forget});
    m_servers->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_hint = new QLabel;
    m_hint->setTextFormat(Qt::PlainText);
    m_hint->setWordWrap(true);
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(bar);
    layout->addWidget(m_servers, 1);
    layout->addWidget(m_hint);
    layout->addSpacing(fontMetrics().height() / 2);  // to the grip
    return widget;
}

QWidget* CloudletsPage::buildState() {
    m_heading = new QLabel;
    m_heading->setTextFormat(Qt::PlainText);
    QFont bold = m_heading->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.2);
    m_heading->setFont(bold);
    m_load = new QLabel;
    m_load->setTextFormat(Qt::PlainText);
    m_load->setWordWrap(true);
    auto* bar = new ActionBar(tr("Sessions"));
    m_console = bar->add(tr("Open &console"), tr("Of the chosen session's VM"));
    m_residue = bar->add(tr("Fetch &residue…"),
                         tr("Brings back what the VM has become, as an overlay, and ends it"));
    m_end = bar->add(tr("&End…"), tr("Ends the chosen session's VM; what it holds is lost"));
    connect(m_console, &QAction::triggered, this, [this] {
        const KnownCloudlet* cloudlet = chosen();
        const ServerState::Session* session = chosenSession();
        if (session != nullptr) Q_EMIT consoleRequested(cloudlet->server, *session);
    });
    connect(m_residue, &QAction::triggered, this, &CloudletsPage::askForResidue);
    connect(m_end, &QAction::triggered, this, &CloudletsPage::endSession);
    m_sessions = buildTree(tr("Sessions"), {tr("Session"), tr("State"), tr("There"), tr("Ports")});
    m_bases = buildTree(tr("Bases on the cloudlet"), {tr("Base"), tr("Disk"), tr("Memory")});
    m_sessions->addActions({m_console, m_residue, m_end});
    m_sessions->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* left = new QWidget;
    auto* sessions = new QVBoxLayout(left);
    sessions->setContentsMargins(0, 0, 0, 0);
    sessions->addWidget(bar);
    sessions->addWidget(m_sessions, 1);
    auto* heldThere = new QLabel(tr("Bases that it holds"));
    heldThere->setMinimumHeight(bar->sizeHint().height());  // so that both lists begin alike
    auto* right = new QWidget;
    auto* bases = new QVBoxLayout(right);
    bases->setContentsMargins(0, 0, 0, 0);
    bases->addWidget(heldThere);
    bases->addWidget(m_bases, 1);
    auto* split = new QSplitter;
    split->setChildrenCollapsible(false);
    split->addWidget(left);
    split->addWidget(right);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, fontMetrics().height() / 2, 0, 0);
    layout->addWidget(m_heading);
    layout->addWidget(m_load);
    layout->addWidget(split, 1);
    return widget;
}

void CloudletsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    ask();
}

void CloudletsPage::hideEvent(QHideEvent* event) {
    Page::hideEvent(event);
    m_again.stop();
}

void CloudletsPage::ask() {
    m_askAgain = m_asking.isRunning();  // what it finds may be old news already
    if (m_askAgain) return;
    m_read = std::make_shared<CloudletList>();
    m_asking.start([read = m_read](Progress&, const std::stop_token& stop) -> Result<void> {
        *read = TRY(readCloudlets(PairedServers(), stop));
        return {};
    });
}

void CloudletsPage::asked() {
    if (m_askAgain) return ask();
    if (isVisible()) m_again.start();
    if (m_asking.state() == Job::State::done) {
        m_list = *m_read;
        showServers();
        showState();
    } else {
        m_hint->setText(asSentence(toQt(m_asking.error().message)));
        m_hint->show();
    }
}

void CloudletsPage::showServers() {
    {
        TreeRows rows(*m_servers);
        for (const KnownCloudlet& each : m_list.known) {
            rows.row(toQt(each.server.fingerprint.hex()),
                     {toQt(each.server.name), toQt(each.server.address.text()),
                      roleText(each.server.role),
                      each.state ? tr("Answers") : tr("Does not answer: %1").arg(each.problem)});
        }
        for (const FoundServer& each : m_list.strangers) {
            rows.row(toQt(each.text.fingerprint.hex()),
                     {toQt(each.name), toQt(each.address.text()), {}, tr("Not paired")});
        }
    }
    chooseFirst(*m_servers);
    if (m_list.known.empty()) {
        m_hint->setText(
            tr("A cloudlet is another machine that runs VMs of overlays. On it, run "
               "\"synthesis_server run\" and \"synthesis_server pair\"; the link that "
               "this prints goes into Pair."));
    } else {
        m_hint->setText(asSentence(m_list.noDiscovery));
    }
    m_hint->setVisible(!m_hint->text().isEmpty());
}

const KnownCloudlet* CloudletsPage::chosen() const {
    const QTreeWidgetItem* item = m_servers->currentItem();
    if (item == nullptr) return nullptr;
    const std::string key = TreeRows::keyOf(*item).toStdString();
    for (const KnownCloudlet& each : m_list.known) {
        if (each.server.fingerprint.hex() == key) return &each;
    }
    return nullptr;
}

const ServerState::Session* CloudletsPage::chosenSession() const {
    const KnownCloudlet* cloudlet = chosen();
    const QTreeWidgetItem* item = m_sessions->currentItem();
    if (cloudlet == nullptr || !cloudlet->state || item == nullptr) return nullptr;
    const std::string key = TreeRows::keyOf(*item).toStdString();
    for (const ServerState::Session& each : cloudlet->state->sessions) {
        if (!each.id.empty() && each.id == key) return &each;
    }
    return nullptr;
}

void CloudletsPage::showState() {
    const KnownCloudlet* cloudlet = chosen();
    const bool answers = cloudlet != nullptr && cloudlet->state;
    m_heading->setText(cloudlet != nullptr ? toQt(cloudlet->server.name) : QString());
    m_load->setText(answers ? loadText(*cloudlet->state)
                            : asSentence(cloudlet != nullptr ? cloudlet->problem : QString()));
    {
        TreeRows sessions(*m_sessions);
        TreeRows bases(*m_bases);
        if (answers) {
            for (const ServerState::Session& each : cloudlet->state->sessions) {
                sessions.row(
                    toQt(each.id),
                    {toQt(each.title), phaseText(each.phase),
                     tr("%1 of %2").arg(bytesText(each.receivedBytes), bytesText(each.totalBytes)),
                     leadsText(each.forwards)});
            }
            for (const ServerState::Base& each : cloudlet->state->bases) {
                bases.row(toQt(each.id.hex()), {toQt(each.name), bytesText(each.diskBytes),
                                                bytesText(each.memoryBytes)});
            }
        }
    }
    chooseFirst(*m_sessions);
    refreshActions();
}

void CloudletsPage::refreshActions() {
    const bool free = !m_working.isRunning();
    const ServerState::Session* session = chosenSession();
    m_pair->setEnabled(free);
    m_forget->setEnabled(free && chosen() != nullptr);
    m_console->setEnabled(session != nullptr &&
                          (session->phase == "running" || session->phase == "complete"));
    m_residue->setEnabled(free && session != nullptr && session->phase == "complete");
    m_end->setEnabled(free && session != nullptr);
}

void CloudletsPage::showProgress() {
    const StageView view = m_working.view();
    m_stage->setVisible(!view.stage.isEmpty());
    if (m_working.isCancelling()) return m_stage->showCancelling();
    m_stage->setStage(view);
}

void CloudletsPage::work(Job::Work work, const QString& doneText) {
    m_error->clear();
    m_stage->reset();
    m_doneText = doneText;
    m_working.start(std::move(work));
    refreshActions();
}

void CloudletsPage::pair() {
    bool ok = false;
    const QString link = QInputDialog::getText(
        window(), tr("Pair with a cloudlet"),
        tr("The &link that \"synthesis_server pair\" prints there: the fingerprint of its key,\n"
           "which it has to show from then on, and a secret that admits one device once. Its\n"
           "token goes to the desktop's keyring, if one is open, or else to a file that only you\n"
           "can read."),
        QLineEdit::Normal, {}, &ok);
    if (ok && !m_working.isRunning()) pairWith(link.trimmed());
}

void CloudletsPage::pairWith(const QString& link) {
    work(pairWork(link));
}

void CloudletsPage::forget() {
    const KnownCloudlet* cloudlet = chosen();
    if (cloudlet == nullptr) return;
    const std::string name = cloudlet->server.name;
    if (!confirm(window(), tr("Forget \"%1\"?").arg(toQt(name)),
                 tr("To use it again, pair anew. It trusts this computer's old token until "
                    "\"synthesis_server revoke-token\" is run there."),
                 tr("&Forget")) ||
        m_working.isRunning()) {
        return;
    }
    work(forgetCloudletWork(name));
}

void CloudletsPage::askForResidue() {
    const ServerState::Session* session = chosenSession();
    if (session == nullptr) return;
    const QString name = toQt(session->title).replace(u'/', u'-');
    const QString file =
        QFileDialog::getSaveFileName(window(), tr("Where to put the residue"),
                                     StudioSettings::overlayFolder() + u'/' +
                                         tr("%1, used").arg(name) + QStringLiteral(".cloudlet"),
                                     tr("Overlays (*.cloudlet)"));
    if (!file.isEmpty()) fetchResidue(file);
}

void CloudletsPage::fetchResidue(const QString& file) {
    const KnownCloudlet* cloudlet = chosen();
    const ServerState::Session* session = chosenSession();
    if (session == nullptr || m_working.isRunning()) return;
    work(fetchResidueWork(cloudlet->server.access(), session->id, file),
         tr("What \"%1\" had become is in %2.").arg(toQt(session->title), file));
}

void CloudletsPage::endSession() {
    const KnownCloudlet* cloudlet = chosen();
    const ServerState::Session* session = chosenSession();
    if (session == nullptr) return;
    const ServerAccess access = cloudlet->server.access();
    const std::string id = session->id;
    if (!confirm(window(), tr("End the VM of \"%1\"?").arg(toQt(session->title)),
                 tr("What it holds is lost."), tr("&End the VM")) ||
        m_working.isRunning()) {
        return;
    }
    work(endSessionWork(access, id));
}

}  // namespace cloudlet
