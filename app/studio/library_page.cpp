#include "app/studio/library_page.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "app/studio/host_findings.h"
#include "app/studio/library_details.h"
#include "app/studio/qt_text.h"
#include "app/studio/settings.h"
#include "widgets/action_bar.h"
#include "widgets/error_panel.h"
#include "widgets/notice_bar.h"
#include "widgets/roomy_rows.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

LibraryPage::LibraryPage(StudioServices& services, QWidget* parent)
    : Page(parent),
      m_services(services),
      m_model(new LibraryModel(this)),
      m_filter(new QSortFilterProxyModel(this)),
      m_wanted(StudioSettings::lastBase()) {
    m_filter->setSourceModel(m_model);
    m_filter->setRecursiveFilteringEnabled(true);
    m_filter->setAutoAcceptChildRows(true);
    m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setFilterRole(LibraryModel::kSearchRole);
    m_filter->setSortRole(LibraryModel::kSortRole);
    m_filter->setSortCaseSensitivity(Qt::CaseInsensitive);
    buildActions();
    m_stage = new StageBar;
    m_notice = new NoticeBar;
    m_error = new ErrorPanel;
    m_stack = new QStackedWidget;
    m_stack->addWidget(new QWidget);  // until it is known what there is
    m_stack->addWidget(buildEmpty());
    m_stack->addWidget(buildList());
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_notice);
    layout->addWidget(m_error);
    m_stage->hide();
    connect(m_notice, &NoticeBar::activated, this, &LibraryPage::undoTrash);
    connect(m_stage, &StageBar::cancelled, this, [this] {
        m_work.cancel();
        m_stage->showCancelling();
    });
    connect(&m_loading, &Job::finished, this, &LibraryPage::loaded);
    connect(&m_work, &Job::progressed, this, [this] {
        if (!m_work.isCancelling()) m_stage->setStage(m_work.view());
    });
    connect(&m_work, &Job::finished, this, &LibraryPage::worked);
    refresh();
    reload();
}

LibraryPage::~LibraryPage() = default;

QString LibraryPage::title() const {
    return tr("Library");
}

QString LibraryPage::wouldLose() const {
    return m_work.isRunning() ? tr("Work in the library is not finished.") : QString();
}

QAction* LibraryPage::addPlainAction(const QString& text, const QString& toolTip,
                                     void (LibraryPage::*slot)()) {
    auto* action = new QAction(text, this);
    action->setToolTip(toolTip);
    connect(action, &QAction::triggered, this, slot);
    m_actions << action;
    return action;
}

void LibraryPage::buildActions() {
    m_author = addPlainAction(tr("&Author…"), tr("Resumes this base to make an overlay of it"),
                              &LibraryPage::author);
    m_run = addPlainAction(tr("&Run"), tr("Brings the VM of this overlay to life here"),
                           &LibraryPage::run);
    m_run->setShortcut(Qt::CTRL | Qt::Key_R);
    m_inspect = addPlainAction(tr("&Inspect"), tr("Shows what this overlay holds, and where"),
                               &LibraryPage::inspect);
    m_inspect->setShortcut(Qt::CTRL | Qt::Key_I);
    m_push =
        addPlainAction(tr("&Push to…"), tr("Sends this overlay to a cloudlet and runs it there"),
                       &LibraryPage::push);
    m_push->setShortcut(Qt::CTRL | Qt::Key_P);
    m_verify = addPlainAction(tr("&Verify"), tr("Compares every byte with its hash"),
                              &LibraryPage::verify);
    m_tags = addPlainAction(tr("Ta&gs…"), tr("Words to file and to find it under"),
                            &LibraryPage::editTags);
    m_tags->setShortcut(Qt::CTRL | Qt::Key_T);
    m_export = addPlainAction(tr("&Export…"), tr("Writes it to one file, for others"),
                              &LibraryPage::exportFile);
    addPlainAction(tr("Imp&ort…"), tr("Adds a base or an overlay from a file"),
                   &LibraryPage::importFile);
    m_remove =
        addPlainAction(tr("&Delete…"), tr("Removes it from this catalog"), &LibraryPage::remove);
    m_remove->setShortcut(QKeySequence::Delete);
    m_remove->setShortcutContext(Qt::WidgetShortcut);  // in the list; a search needs the key, too
    for (QAction* action : m_actions) {
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        if (!keys.isEmpty()) action->setToolTip(tr("%1 (%2)").arg(action->toolTip(), keys));
    }
}

QWidget* LibraryPage::buildButtons() {
    auto* bar = new ActionBar(tr("Library"));
    bar->addActions(m_actions);
    return bar;
}

QWidget* LibraryPage::buildList() {
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Search"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(tr("Search bases and overlays"));
    m_search->setMinimumWidth(fontMetrics().averageCharWidth() * 16);
    m_search->setMaximumWidth(fontMetrics().averageCharWidth() * 40);
    auto* find = new QAction(this);
    find->setShortcut(QKeySequence::Find);
    connect(find, &QAction::triggered, m_search, [this] { m_search->setFocus(); });
    addAction(find);
    m_tree = new QTreeView;
    m_tree->setObjectName(QStringLiteral("libraryTree"));
    m_tree->setModel(m_filter);
    m_tree->setAccessibleName(tr("Bases and overlays"));
    m_tree->addActions(m_actions);
    m_tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_tree->setDragDropMode(QAbstractItemView::DragOnly);
    m_tree->setSortingEnabled(true);
    m_tree->sortByColumn(LibraryModel::nameColumn, Qt::AscendingOrder);
    m_tree->setUniformRowHeights(true);
    m_tree->setItemDelegate(new RoomyRows(m_tree));
    m_tree->setAlternatingRowColors(true);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->header()->setSectionResizeMode(LibraryModel::nameColumn, QHeaderView::Stretch);
    m_details = new LibraryDetails;
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setFilterFixedString(text);
        m_tree->expandAll();
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &LibraryPage::refresh);
    connect(m_tree, &QTreeView::activated, this, [this] { m_run->isEnabled() ? run() : author(); });
    auto* top = new QHBoxLayout;
    top->addWidget(buildButtons());
    top->addStretch();
    top->addWidget(m_search, 1);
    auto* below = new QHBoxLayout;
    below->addWidget(m_tree, 1);
    below->addWidget(m_details);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addLayout(below, 1);
    return widget;
}

QWidget* LibraryPage::buildEmpty() {
    auto* heading = new QLabel(tr("There is no base VM yet"));
    QFont large = heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    heading->setFont(large);
    auto* text = new QLabel(
        tr("A base VM is a golden image: disk, memory and device state of a machine at rest.\n"
           "Overlays are made from it, in seconds. The sample is a small Debian guest, built from\n"
           "the distribution's packages; that takes some minutes, once."));
    auto* sample = new QPushButton(tr("&Build the sample base"));
    sample->setDefault(true);
    auto* import = new QPushButton(tr("&Import a base…"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(sample);
    buttons->addWidget(import);
    buttons->addStretch();
    m_findings = new HostFindings(HostFindings::Show::whatIsMissing);
    auto* column = new QVBoxLayout;
    column->addStretch(2);
    column->addWidget(heading);
    column->addWidget(text);
    column->addSpacing(fontMetrics().height());
    column->addLayout(buttons);
    column->addSpacing(fontMetrics().height());
    column->addWidget(m_findings, 2);
    column->addStretch(1);
    auto* widget = new QWidget;
    auto* layout = new QHBoxLayout(widget);
    layout->addStretch(1);
    layout->addLayout(column, 3);
    layout->addStretch(1);
    connect(sample, &QPushButton::clicked, this, &LibraryPage::buildSample);
    connect(import, &QPushButton::clicked, this, &LibraryPage::importFile);
    connect(&m_work, &Job::started, widget, [sample, import] {
        sample->setEnabled(false);
        import->setEnabled(false);
    });
    connect(&m_work, &Job::finished, widget, [sample, import] {
        sample->setEnabled(true);
        import->setEnabled(true);
    });
    return widget;
}

void LibraryPage::reload() {
    if (m_loading.isRunning()) {
        m_readAgain = true;
        return;
    }
    m_read = std::make_shared<Library>();
    m_loading.start([this, read = m_read](Progress&, const std::stop_token&) -> Result<void> {
        *read = TRY(readLibrary(m_services.catalog()));
        return {};
    });
}

void LibraryPage::loaded() {
    if (m_loading.state() == Job::State::failed) {
        m_error->showError(tr("The catalog cannot be read."), toQt(m_loading.error().message));
        return;
    }
    if (m_wanted.isEmpty()) m_wanted = current().data(LibraryModel::kIdentityRole).toString();
    const bool first = m_stack->currentIndex() == 0;
    m_model->setLibrary(*m_read);
    m_stack->setCurrentIndex(m_read->isEmpty() ? 1 : 2);
    m_tree->expandAll();
    select(m_wanted);
    m_wanted.clear();
    if (first && m_read->isEmpty()) m_findings->examine(m_services);
    if (first) (m_read->isEmpty() ? m_stack->currentWidget() : m_tree)->setFocus();
    refresh();
    if (std::exchange(m_readAgain, false)) reload();
}

void LibraryPage::select(const QString& identity) {
    QModelIndex index = m_model->find(identity);
    if (!index.isValid()) index = m_model->index(0, 0);
    const QModelIndex shown = m_filter->mapFromSource(index);
    m_tree->setCurrentIndex(shown);
    m_tree->scrollTo(shown);
}

void LibraryPage::selectFile(const QString& file) {
    m_wanted = file;
    reload();
}

QModelIndex LibraryPage::current() const {
    return m_filter->mapToSource(m_tree->currentIndex()).siblingAtColumn(0);
}

void LibraryPage::refresh() {
    const LibraryBase* base = m_model->baseAt(current());
    const LibraryOverlay* overlay = m_model->overlayAt(current());
    const bool isBase = base != nullptr && overlay == nullptr && base->isKnown();
    const bool ready = base != nullptr && base->isKnown() && base->problem.isEmpty();
    const bool free = !m_work.isRunning();
    m_author->setEnabled(isBase && ready);
    m_run->setEnabled(overlay != nullptr && ready && !overlay->missing);
    m_verify->setEnabled(free && (isBase || m_run->isEnabled()));
    m_inspect->setEnabled(overlay != nullptr && !overlay->missing);
    m_push->setEnabled(m_inspect->isEnabled());
    m_tags->setEnabled(free && (isBase || overlay != nullptr));
    m_export->setEnabled(free && ((isBase && ready) || m_inspect->isEnabled()));
    m_remove->setEnabled(free && (isBase || overlay != nullptr));
    if (overlay != nullptr) {
        m_details->showOverlay(*overlay, *base);
    } else if (base != nullptr) {
        m_details->showBase(*base);
    } else {
        m_details->showNothing();
    }
}

void LibraryPage::work(Job::Work work, const QString& done, const QString& undo) {
    if (m_work.isRunning()) return;
    m_doneText = done;
    m_undoText = undo;
    m_notice->hide();
    m_error->clear();
    m_stage->reset();
    m_stage->setVisible(true);
    m_work.start(std::move(work));
    refresh();
}

void LibraryPage::worked() {
    m_stage->hide();
    if (m_work.state() == Job::State::failed) {
        Q_EMIT jobEnded(toQt(m_work.error().message), m_work.seconds());
    } else if (m_work.state() == Job::State::done) {
        Q_EMIT jobEnded(m_doneText.isEmpty() ? tr("Work in the library is done.") : m_doneText,
                        m_work.seconds());
    }
    if (m_work.state() == Job::State::failed) {
        const QString message = toQt(m_work.error().message);
        m_error->showError(message.section(u'\n', 0, 0), message.section(u'\n', 1));
    } else if (m_work.state() == Job::State::done && !m_doneText.isEmpty()) {
        m_notice->showNotice(m_doneText, m_undoText);
    }
    reload();
    refresh();
}

}  // namespace cloudlet
