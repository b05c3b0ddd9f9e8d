// What the doctor says of this machine and of its bases, each finding with its remedy to copy. GUI
// thread.
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "app/studio/job.h"
#include "app/studio/studio_services.h"
#include "engine/jobs/examine_host.h"

class QLabel;
class QPushButton;
class QTreeWidget;

namespace cloudlet {

class HostFindings : public QWidget {
    Q_OBJECT
public:
    enum class Show { everything, whatIsMissing };
    explicit HostFindings(Show show, QWidget* parent = nullptr);

    void examine(StudioServices& services);
    void showFindings(const std::vector<HostFinding>& findings);
    QString text() const;  // all of them, for others to read

private:
    void copyRemedy() const;
    void fitRows();

    const Show m_show;
    QLabel* m_summary;
    QTreeWidget* m_list;
    QPushButton* m_copyRemedy;
    std::vector<HostFinding> m_findings;                // that are shown
    std::shared_ptr<std::vector<HostFinding>> m_found;  // the job's, until it ends
    Job m_job;
};

}  // namespace cloudlet
