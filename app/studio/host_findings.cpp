#include "app/studio/host_findings.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/studio/qt_text.h"
#include "engine/jobs/examine_base.h"

namespace cloudlet {

namespace {

constexpr int kRemedyColumn = 2;

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

}  // namespace

HostFindings::HostFindings(Show show, QWidget* parent)
    : QWidget(parent),
      m_show(show),
      m_summary(new QLabel),
      m_list(new QTreeWidget),
      m_copyRemedy(new QPushButton(tr("&Copy command"))) {
    m_list->setHeaderLabels({tr("Subject"), tr("Found"), tr("Remedy")});
    m_list->setRootIsDecorated(false);
    m_list->setWordWrap(true);
    m_list->setUniformRowHeights(false);
    m_list->setAccessibleName(tr("Findings"));
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(kRemedyColumn, QHeaderView::Stretch);
    m_list->hide();
    m_copyRemedy->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_summary);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_copyRemedy, 0, Qt::AlignLeft);
    layout->addStretch();  // while the list is not there
    connect(m_list->header(), &QHeaderView::sectionResized, this, &HostFindings::fitRows);
    connect(m_copyRemedy, &QPushButton::clicked, this, &HostFindings::copyRemedy);
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        m_copyRemedy->setEnabled(item != nullptr && !item->text(kRemedyColumn).isEmpty());
    });
    connect(&m_job, &Job::finished, this, [this] { showFindings(*m_found); });
}

void HostFindings::examine(StudioServices& services) {
    if (m_job.isRunning()) return;
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
    m_findings = findings;
    m_list->clear();
    for (const HostFinding& finding : findings) {
        if (m_show == Show::whatIsMissing && finding.state == HostFinding::State::good) continue;
        auto* item = new QTreeWidgetItem(
            m_list, {toQt(finding.subject), toQt(finding.text), toQt(finding.remedy)});
        item->setIcon(0, style()->standardIcon(pictureOf(finding.state)));
        item->setToolTip(1, toQt(finding.text));
        item->setToolTip(kRemedyColumn, toQt(finding.remedy));
        for (int i = 0; i <= kRemedyColumn; ++i) item->setTextAlignment(i, Qt::AlignTop);
    }
    fitRows();
    const bool any = m_list->topLevelItemCount() > 0;
    m_list->setVisible(any);
    m_copyRemedy->setVisible(any);
    m_copyRemedy->setEnabled(false);
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
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_list->topLevelItem(row);
        int height = m_list->fontMetrics().height();
        for (int column = 1; column <= kRemedyColumn; ++column) {
            const QRect room(0, 0, m_list->columnWidth(column) - 2 * kMargin, QWIDGETSIZE_MAX);
            height = std::max(height, m_list->fontMetrics()
                                          .boundingRect(room, Qt::TextWordWrap, item->text(column))
                                          .height());
        }
        item->setSizeHint(0, QSize(0, height + kMargin));
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

void HostFindings::copyRemedy() const {
    const QTreeWidgetItem* item = m_list->currentItem();
    if (item != nullptr) QGuiApplication::clipboard()->setText(item->text(kRemedyColumn));
}

}  // namespace cloudlet
