#include "app/studio/host_findings.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStandardPaths>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/studio/qt_text.h"
#include "engine/jobs/examine_base.h"
#include "widgets/sentence.h"

namespace cloudlet {

namespace {

constexpr int kRemedyColumn = 2;
const QString kAsAdministrator = QStringLiteral("pkexec");

QStyle::StandardPixmap pictureOf(HostFinding::State state) {
    switch (state) {
        case HostFinding::State::good:
            return QStyle::SP_DialogApplyButton;
        case HostFinding::State::advice:
            return QStyle::SP_MessageBoxInformation;
        case HostFinding::State::problem:
            return QStyle::SP_MessageBoxCritical;
    }
    return QStyle::SP_MessageBoxQuestion;
}

// What has several lines begins where its row begins, and so does the icon before it.
class TopAligned : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        option->decorationAlignment = Qt::AlignTop | Qt::AlignHCenter;
    }
};

}  // namespace

HostFindings::HostFindings(Show show, QWidget* parent)
    : QWidget(parent),
      m_show(show),
      m_summary(new QLabel),
      m_list(new QTreeWidget),
      m_fix(new QPushButton(tr("Fi&x it"))),
      m_copy(new QPushButton(tr("&Copy command"))) {
    m_list->setHeaderLabels({tr("Subject"), tr("Found"), tr("Remedy")});
    m_list->setRootIsDecorated(false);
    m_list->setWordWrap(true);
    m_list->setItemDelegate(new TopAligned(m_list));
    m_list->setUniformRowHeights(false);
    m_list->setAccessibleName(tr("Findings"));
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(kRemedyColumn, QHeaderView::Stretch);
    m_list->hide();
    m_fix->setToolTip(tr("Installs what is missing; asks for an administrator's password"));
    m_fix->hide();
    m_copy->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_summary);
    layout->addWidget(m_list, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_fix);
    buttons->addWidget(m_copy);
    buttons->addStretch();
    layout->addLayout(buttons);
    layout->addStretch();  // while the list is not there
    connect(m_list->header(), &QHeaderView::sectionResized, this, &HostFindings::fitRows);
    connect(m_fix, &QPushButton::clicked, this, &HostFindings::fix);
    connect(m_copy, &QPushButton::clicked, this, &HostFindings::copyCommand);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &HostFindings::refresh);
    connect(&m_job, &Job::finished, this, [this] { showFindings(*m_found); });
}

void HostFindings::examine(StudioServices& services) {
    if (m_job.isRunning()) return;
    m_services = &services;
    m_summary->setText(tr("Looking at what works on this machine…"));
    m_found = std::make_shared<std::vector<HostFinding>>();
    m_job.start(
        [&services, findings = m_found](Progress&, const std::stop_token& stop) -> Result<void> {
            *findings = examineHost(services.catalog().layout().root, [&]() -> std::string {
                const Result<Hypervisor*> opened = services.hypervisor(stop);
                return opened ? "" : opened.error().message;
            });
            for (const BaseRecord& base : TRY(services.catalog().bases())) {
                if (stop.stop_requested()) return {};
                findings->push_back(examineBase(base));
            }
            return {};
        });
}

void HostFindings::showFindings(const std::vector<HostFinding>& findings) {
    m_list->clear();  // before its rows stand for something else
    m_findings = findings;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const HostFinding& finding = findings[i];
        if (m_show == Show::whatIsMissing && finding.state == HostFinding::State::good) continue;
        auto* item = new QTreeWidgetItem(
            m_list, {toQt(finding.subject), capitalised(toQt(finding.text)),
                     finding.remedy == finding.command ? toQt(finding.remedy)
                                                       : capitalised(toQt(finding.remedy))});
        item->setData(0, Qt::UserRole, static_cast<int>(i));
        item->setIcon(0, style()->standardIcon(pictureOf(finding.state)));
        item->setToolTip(1, toQt(finding.text));
        item->setToolTip(kRemedyColumn, toQt(finding.remedy));
        for (int at = 0; at <= kRemedyColumn; ++at) item->setTextAlignment(at, Qt::AlignTop);
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
    fitRows();
    const bool any = m_list->topLevelItemCount() > 0;
    m_list->setVisible(any);
    refresh();
    const auto problems = std::count_if(findings.begin(), findings.end(), [](const auto& each) {
        return each.state == HostFinding::State::problem;
    });
    m_summary->setText(problems == 0 ? tr("VMs can run here.")
                                     : tr("%n problem(s) keep VMs from running here.", nullptr,
                                          static_cast<int>(problems)));
}

// A tree gives each row the height of one line, however its text is wrapped.
void HostFindings::fitRows() {
    constexpr int kMargin = 6;
    const int icon = style()->pixelMetric(QStyle::PM_SmallIconSize);
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_list->topLevelItem(row);
        int height = m_list->fontMetrics().height();
        for (int column = 1; column <= kRemedyColumn; ++column) {
            const QRect room(0, 0, m_list->columnWidth(column) - 2 * kMargin, QWIDGETSIZE_MAX);
            height = std::max(height, m_list->fontMetrics()
                                          .boundingRect(room, Qt::TextWordWrap, item->text(column))
                                          .height());
        }
        const int subject = m_list->fontMetrics().horizontalAdvance(item->text(0));
        item->setSizeHint(0, QSize(subject + icon + 4 * kMargin, height + kMargin));
    }
}

QString HostFindings::text() const {
    QStringList lines;
    for (const HostFinding& finding : m_findings) {
        QString line = toQt(finding.subject) + QStringLiteral(": ") + toQt(finding.text);
        if (!finding.remedy.empty()) line += QStringLiteral("; mend: ") + toQt(finding.remedy);
        lines << line;
    }
    return lines.join(u'\n');
}

const HostFinding* HostFindings::current() const {
    const QTreeWidgetItem* item = m_list->currentItem();
    if (item == nullptr) return nullptr;
    return &m_findings.at(item->data(0, Qt::UserRole).toUInt());
}

void HostFindings::refresh() {
    const bool any = m_list->topLevelItemCount() > 0;
    const HostFinding* finding = current();
    m_copy->setVisible(any);
    m_copy->setEnabled(finding != nullptr && !finding->command.empty());
    const bool canAsk = !QStandardPaths::findExecutable(kAsAdministrator).isEmpty();
    m_fix->setVisible(any && canAsk);
    m_fix->setEnabled(finding != nullptr && !finding->packages.empty() && m_installer == nullptr);
}

void HostFindings::copyCommand() const {
    if (const HostFinding* finding = current()) {
        QGuiApplication::clipboard()->setText(toQt(finding->command));
    }
}

// Debian's own tools and packages, and nothing else.
void HostFindings::fix() {
    const HostFinding* finding = current();
    if (finding == nullptr || m_installer != nullptr) return;
    QStringList words{QStringLiteral("apt-get"), QStringLiteral("install"),
                      QStringLiteral("--yes")};
    for (const std::string& package : finding->packages) words << toQt(package);
    m_summary->setText(tr("Installing %1…").arg(words.mid(3).join(u' ')));
    m_installer = new QProcess;
    connect(m_installer, &QProcess::finished, m_installer, &QObject::deleteLater);
    connect(m_installer, &QProcess::finished, this, &HostFindings::fixed);
    m_installer->start(kAsAdministrator, words);
    refresh();
}

void HostFindings::fixed(int exitCode, QProcess::ExitStatus status) {
    const QString said = QString::fromLocal8Bit(m_installer->readAllStandardError()).trimmed();
    m_installer.clear();
    if (status == QProcess::NormalExit && exitCode == 0) {
        if (m_services != nullptr) examine(*m_services);
    } else {
        m_summary->setText(tr("It could not be installed. %1").arg(said.section(u'\n', -1)));
    }
    refresh();
}

}  // namespace cloudlet
