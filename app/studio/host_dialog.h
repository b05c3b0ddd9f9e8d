// What the doctor says of this machine, each with its remedy to copy. GUI thread.
#pragma once

#include <QDialog>
#include <memory>
#include <vector>

#include "app/studio/job.h"
#include "app/studio/studio_services.h"
#include "engine/jobs/examine_host.h"

class QLabel;
class QTreeWidget;

namespace cloudlet {

class HostDialog : public QDialog {
    Q_OBJECT
public:
    explicit HostDialog(StudioServices& services, QWidget* parent = nullptr);

    void showFindings(const std::vector<HostFinding>& findings);

private:
    void copy() const;

    QLabel* m_summary;
    QTreeWidget* m_list;
    std::shared_ptr<std::vector<HostFinding>> m_findings;
    Job m_job;
};

}  // namespace cloudlet
