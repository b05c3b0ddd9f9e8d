#include "app/studio/overlay_page.h"

#include <QAction>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPixmap>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableWidget>
#include <QTreeView>

#include "app/studio/chunk_kinds.h"
#include "app/studio/library_jobs.h"
#include "app/studio/manifest_text.h"
#include "app/studio/overlay_files_model.h"
#include "app/studio/qt_text.h"
#include "widgets/action_bar.h"
#include "widgets/chunk_map.h"
#include "widgets/composition_bar.h"
#include "widgets/console_picture.h"
#include "widgets/error_panel.h"
#include "widgets/notice_bar.h"
#include "widgets/roomy_rows.h"
#include "widgets/stage_bar.h"

namespace cloudlet {

namespace {

constexpr QSize kPictureSize(208, 130);

QLabel* plainLabel() {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QLabel* sectionLabel(const QString& text) {
    auto* label = new QLabel(text);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
}

ChunkMapImage mapOf(const QString& name, const PlaceMap& map) {
    ChunkMapImage image;
    image.name = name;
    image.chunks = map.chunks;
    image.chunksPerRun = map.chunksPerRun;
    for (const auto& run : map.runs) {
        ChunkMapRun cell;
        std::copy(run.begin(), run.end(), cell.parts.begin());
        image.runs.append(cell);
    }
    return image;
}

}  // namespace

OverlayPage::OverlayPage(StudioServices& services, QString file, QWidget* parent)
    : Page(parent),
      m_services(services),
      m_file(std::move(file)),
      m_name(QFileInfo(m_file).completeBaseName()),
      m_files(new OverlayFilesModel(this)),
      m_notice(new NoticeBar),
      m_stage(new StageBar),
      m_error(new ErrorPanel) {
    auto* split = new QSplitter;
    split->addWidget(buildLeft());
    split->addWidget(buildRight());
    split->setChildrenCollapsible(false);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildHead());
    layout->addWidget(split, 1);
    layout->addWidget(m_stage);
    layout->addWidget(m_notice);
    layout->addWidget(m_error);
    m_stage->hide();
    connect(&m_factsJob, &Job::finished, this, &OverlayPage::factsRead);
    connect(&m_filesJob, &Job::finished, this, &OverlayPage::filesRead);
    connect(&m_filesJob, &Job::progressed, this,
            [this] { m_filesSummary->setText(tr("Reading: %1…").arg(m_filesJob.view().stage)); });
    connect(m_stage, &StageBar::cancelled, this, [this] {
        m_work.cancel();
        m_stage->showCancelling();
    });
    connect(&m_work, &Job::progressed, this, [this] {
        if (!m_work.isCancelling()) m_stage->setStage(m_work.view());
    });
    connect(&m_work, &Job::finished, this, &OverlayPage::worked);
    read();
}

OverlayPage::~OverlayPage() = default;

QString OverlayPage::title() const {
    return tr("Overlay: %1").arg(m_name);
}

QString OverlayPage::wouldLose() const {
    return m_work.isRunning() ? tr("Work on \"%1\" is not finished.").arg(m_name) : QString();
}

QWidget* OverlayPage::buildHead() {
    m_picture = new ConsolePicture(kPictureSize);
    m_heading = plainLabel();
    m_heading->setText(m_name);
    QFont large = m_heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    large.setBold(true);
    m_heading->setFont(large);
    auto* bar = new ActionBar(tr("Overlay"));
    const auto add = [&](const QString& text, const QString& toolTip, auto slot) {
        QAction* action = bar->add(text, toolTip);
        connect(action, &QAction::triggered, this, slot);
        m_actions << action;
    };
    add(tr("&Run here"), tr("Brings the VM of this overlay to life here"),
        [this] { Q_EMIT runRequested(m_file); });
    add(tr("&Push to…"), tr("Sends it to a cloudlet and runs it there"),
        [this] { Q_EMIT pushRequested(m_file); });
    add(tr("&Verify"), tr("Replays it against its base and compares every hash"), [this] {
        work(verifyOverlayWork(m_services, m_file),
             tr("It gives back what it was made from, byte for byte."));
    });
    add(tr("Rehe&arse"),
        tr("Runs its VM once to learn what it touches first, and puts that first in the file"),
        &OverlayPage::rehearse);
    add(tr("&Export…"), tr("Copies the file, for others"), &OverlayPage::exportFile);
    bar->setMain(m_actions.first());
    auto* facts = new QWidget;
    m_facts = new QFormLayout(facts);
    m_facts->setContentsMargins(0, 0, 0, 0);
    m_notes = plainLabel();
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(bar);
    auto* column = new QVBoxLayout;
    column->addLayout(top);
    column->addWidget(facts);
    column->addWidget(m_notes);
    column->addStretch();
    auto* widget = new QWidget;
    auto* layout = new QHBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_picture, 0, Qt::AlignTop);
    layout->addLayout(column, 1);
    return widget;
}

QWidget* OverlayPage::buildLeft() {
    m_sizes = new QTableWidget;
    m_sizes->setAccessibleName(tr("What takes how much of the file"));
    m_sizes->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_sizes->setSelectionMode(QAbstractItemView::ContiguousSelection);
    m_sizes->setTabKeyNavigation(false);
    m_sizes->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_composition = new CompositionBar;
    m_map = new ChunkMap(chunkKindNames());
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(sectionLabel(tr("What takes how much of the file")));
    layout->addWidget(m_sizes);
    layout->addWidget(sectionLabel(tr("Where it lies in the VM")));
    layout->addWidget(m_map);
    layout->addWidget(m_composition);
    layout->addStretch();
    return widget;
}

QWidget* OverlayPage::buildRight() {
    m_filesSummary = plainLabel();
    auto* sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(m_files);
    sorted->setSortRole(OverlayFilesModel::kSortRole);
    m_filesView = new QTreeView;
    m_filesView->setModel(sorted);
    m_filesView->setAccessibleName(tr("Files of the guest"));
    m_filesView->setRootIsDecorated(false);
    m_filesView->setUniformRowHeights(true);
    m_filesView->setItemDelegate(new RoomyRows(m_filesView));
    m_filesView->setAlternatingRowColors(true);
    m_filesView->setSortingEnabled(true);
    m_filesView->sortByColumn(OverlayFilesModel::storedColumn, Qt::DescendingOrder);
    auto* widget = new QWidget;
    auto* layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(sectionLabel(tr("Files of the guest on its disk")));
    layout->addWidget(m_filesView, 1);
    layout->addWidget(m_filesSummary);
    layout->addStretch();  // while there is no list
    m_filesView->hide();
    return widget;
}

void OverlayPage::read() {
    // A large disk is still read when a quick job ends: what it finds is old news then.
    m_isStale = m_factsJob.isRunning() || m_filesJob.isRunning();
    if (m_isStale) return m_filesJob.cancel();
    m_readFacts = std::make_shared<std::optional<OverlayFacts>>();
    m_factsJob.start(
        [file = m_file, read = m_readFacts](Progress&, const std::stop_token&) -> Result<void> {
            *read = TRY(readOverlayFacts(file));
            return {};
        });
    m_readFiles = std::make_shared<OverlayFiles>();
    m_filesJob.start([this, read = m_readFiles](Progress& progress,
                                                const std::stop_token& stop) -> Result<void> {
        *read = TRY(findOverlayFiles(toPath(m_file), m_services.catalog(), progress, stop));
        return {};
    });
}

void OverlayPage::factsRead() {
    if (m_isStale) return read();
    const bool good = m_factsJob.state() == Job::State::done;
    for (QAction* action : m_actions) action->setEnabled(good);
    if (good) {
        showFacts(**m_readFacts);
    } else {
        m_error->showError(tr("\"%1\" cannot be read.").arg(m_name),
                           toQt(m_factsJob.error().message));
    }
}

void OverlayPage::filesRead() {
    if (m_isStale) return read();
    if (m_filesJob.state() != Job::State::done) {
        m_filesSummary->setText(tr("Not readable: %1").arg(toQt(m_filesJob.error().message)));
        return;
    }
    const OverlayFiles& found = *m_readFiles;
    m_files->setFiles(found);
    m_filesView->setVisible(m_files->rowCount() > 0);
    m_filesView->resizeColumnToContents(OverlayFilesModel::storedColumn);
    m_filesView->resizeColumnToContents(OverlayFilesModel::chunksColumn);
    if (!found.unreadable.empty()) {
        m_filesSummary->setText(tr("Not readable: %1").arg(toQt(found.unreadable)));
        return;
    }
    if (found.total.chunks == 0) {
        m_filesSummary->setText(tr("It changes nothing on the disk."));
        return;
    }
    QStringList systems;
    for (const std::string& each : found.fileSystems) systems << toQt(each);
    m_filesSummary->setText(tr("%n file(s) and folder(s) of %1 changed; they take %2 of %3.",
                               nullptr, static_cast<int>(found.files.size()))
                                .arg(systems.join(QStringLiteral(", ")),
                                     bytesText(found.inFiles.storedBytes),
                                     bytesText(found.total.storedBytes)));
}

void OverlayPage::showFacts(const OverlayFacts& facts) {
    const Manifest& manifest = facts.details.manifest;
    if (!manifest.title.empty()) m_name = toQt(manifest.title);
    m_heading->setText(m_name);
    while (m_facts->rowCount() > 0) m_facts->removeRow(0);
    addFact(tr("Base:"), QStringLiteral("%1 (%2)").arg(toQt(manifest.base.name),
                                                       toQt(manifest.base.id.shortHex())));
    if (manifest.machine) addFact(tr("Machine:"), machineText(*manifest.machine));
    addFact(tr("Ports:"), portsText(manifest.ports));
    if (const auto& set = manifest.startSet) {
        addFact(tr("Start set:"), tr("%Ln chunk(s) lead the file, stored as %1", nullptr,
                                     static_cast<int>(set->chunks))
                                      .arg(bytesText(set->storedBytes)));
    } else {
        addFact(tr("Start set:"), tr("none yet; a rehearsal makes it start earlier"));
    }
    addFact(tr("Made:"), tr("%1 by %2").arg(dateText(manifest.created), toQt(manifest.creator)));
    addFact(tr("File:"), m_file);
    m_notes->setText(toQt(manifest.notes));
    m_notes->setVisible(!manifest.notes.empty());
    QPixmap picture;
    picture.loadFromData(reinterpret_cast<const uchar*>(manifest.preview.data()),
                         static_cast<uint>(manifest.preview.size()), "PNG");
    m_picture->setPicture(picture);
    showSizes(facts);
    showMaps(facts);
    Q_EMIT titleChanged();
}

void OverlayPage::addFact(const QString& name, const QString& value) {
    auto* label = plainLabel();
    label->setText(value);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts->addRow(name, label);
}

void OverlayPage::showSizes(const OverlayFacts& facts) {
    const QStringList columns{tr("Chunks"),   tr("New"),  tr("Changed"), tr("In the base"),
                              tr("Repeated"), tr("Zero"), tr("Stored")};
    const QStringList rows{tr("Disk"), tr("Memory"), tr("Device state"), tr("Description"),
                           tr("Whole file")};
    m_sizes->setColumnCount(static_cast<int>(columns.size()));
    m_sizes->setRowCount(static_cast<int>(rows.size()));
    m_sizes->setHorizontalHeaderLabels(columns);
    m_sizes->setVerticalHeaderLabels(rows);
    const auto set = [this](int row, int column, const QString& text) {
        auto* item = new QTableWidgetItem(text);
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_sizes->setItem(row, column, item);
    };
    const Manifest& manifest = facts.details.manifest;
    for (const ImageKind kind : {ImageKind::disk, ImageKind::memory}) {
        const Composition& part = manifest.of(kind);
        const std::array numbers{part.changed(), part.raw,
                                 part.delta,     part.fromBaseDisk + part.fromBaseMemory,
                                 part.repeats,   part.zero};
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            set(static_cast<int>(kind), static_cast<int>(i), QString::number(numbers[i]));
        }
    }
    const std::array stored{facts.diskBytes, facts.memoryBytes, facts.stateBytes,
                            facts.descriptionBytes, facts.total()};
    const int last = m_sizes->columnCount() - 1;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        set(static_cast<int>(i), last, bytesText(stored[i]));
    }
    m_sizes->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_sizes->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_sizes->setFixedHeight(m_sizes->horizontalHeader()->height() +
                            m_sizes->verticalHeader()->length() + 2 * m_sizes->frameWidth());
}

void OverlayPage::showMaps(const OverlayFacts& facts) {
    m_map->setImages({mapOf(tr("Disk"), facts.maps[0]), mapOf(tr("Memory"), facts.maps[1])});
    QList<CompositionPart> parts = compositionOf(chunksByKind(facts.details.manifest.composition));
    quint64 early = 0;
    for (const PlaceMap& map : facts.maps) {
        for (const auto& run : map.runs) early += run[startSetChunk];
    }
    // Of the kinds above: it has a colour in the map, but no place of its own in the bar.
    parts[startSetChunk].text = early > 0 ? bytesText(early * kChunkSize) : QString();
    m_composition->setParts(parts);
}

void OverlayPage::work(Job::Work work, const QString& done) {
    if (m_work.isRunning()) return;
    m_doneText = done;
    m_error->clear();
    m_notice->hide();
    m_stage->reset();
    m_stage->show();
    for (QAction* action : m_actions) action->setEnabled(false);
    m_work.start(std::move(work));
}

void OverlayPage::worked() {
    m_stage->hide();
    for (QAction* action : m_actions) action->setEnabled(true);
    if (m_work.state() == Job::State::failed) {
        const QString message = toQt(m_work.error().message);
        m_error->showError(message.section(u'\n', 0, 0), message.section(u'\n', 1));
        Q_EMIT jobEnded(message, m_work.seconds());
    } else if (m_work.state() == Job::State::done) {
        m_notice->showNotice(m_doneText);
        Q_EMIT jobEnded(m_name + QStringLiteral(": ") + m_doneText, m_work.seconds());
        read();
        Q_EMIT libraryChanged();
    }
}

}  // namespace cloudlet
