#include "app/studio/host_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "app/studio/qt_text.h"

namespace cloudlet {

namespace {

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

HostDialog::HostDialog(StudioServices& services, QWidget* parent)
    : QDialog(parent),
      m_summary(new QLabel(tr("Looking…"))),
      m_list(new QTreeWidget),
      m_findings(std::make_shared<std::vector<HostFinding>>()) {
    setWindowTitle(tr("What works on this machine"));
    resize(720, 380);
    m_list->setHeaderLabels({tr("Subject"), tr("Found"), tr("Remedy")});
    m_list->setRootIsDecorated(false);
    m_list->setWordWrap(true);
    m_list->setAccessibleName(tr("Findings"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* copyButton = buttons->addButton(tr("Cop&y all"), QDialogButtonBox::ActionRole);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_summary);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(copyButton, &QPushButton::clicked, this, &HostDialog::copy);
    connect(&m_job, &Job::finished, this, [this] { showFindings(*m_findings); });
    m_job.start([&services, findings = m_findings](Progress&, const std::stop_token& stop) {
        *findings = examineHost(services.catalog().layout().root, [&]() -> std::string {
            const Result<Hypervisor*> opened = services.hypervisor(stop);
            return opened ? "" : opened.error().message;
        });
        return Result<void>();
    });
}

void HostDialog::showFindings(const std::vector<HostFinding>& findings) {
    m_list->clear();
    for (const HostFinding& finding : findings) {
        auto* item = new QTreeWidgetItem(
            m_list, {toQt(finding.subject), toQt(finding.text), toQt(finding.remedy)});
        item->setIcon(0, style()->standardIcon(pictureOf(finding.state)));
        item->setToolTip(1, toQt(finding.text));
        item->setToolTip(2, toQt(finding.remedy));
    }
    m_list->resizeColumnToContents(0);
    m_list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_list->header()->resizeSection(2, width() / 3);
    m_list->header()->setStretchLastSection(false);
    const auto problems = std::count_if(findings.begin(), findings.end(), [](const auto& each) {
        return each.state == HostFinding::State::problem;
    });
    m_summary->setText(problems == 0 ? tr("VMs can run here.")
                                     : tr("%n problem(s) keep VMs from running here.", nullptr,
                                          static_cast<int>(problems)));
}

void HostDialog::copy() const {
    QStringList lines;
    for (const HostFinding& finding : *m_findings) {
        QString line = toQt(finding.subject) + QStringLiteral(": ") + toQt(finding.text);
        if (!finding.remedy.empty()) line += QStringLiteral("; mend: ") + toQt(finding.remedy);
        lines << line;
    }
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

}  // namespace cloudlet
