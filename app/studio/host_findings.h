// What the doctor says of this machine and of its bases. A finding that packages mend can be fixed
// here, if the desktop lets one ask for an administrator's password (pkexec); of the others the
// command can be copied, where there is one. GUI thread.
#pragma once

#include <QPointer>
#include <QProcess>
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
    const HostFinding* current() const;
    void refresh();
    void copyCommand() const;
    void fix();
    void fixed(int exitCode, QProcess::ExitStatus status);
    void fitRows();

    const Show m_show;
    QLabel* m_summary;
    QTreeWidget* m_list;
    QPushButton* m_fix;
    QPushButton* m_copy;
    StudioServices* m_services = nullptr;
    QPointer<QProcess> m_installer;       // outlives the widget: an installation is not cut off
    std::vector<HostFinding> m_findings;  // that are shown
    std::shared_ptr<std::vector<HostFinding>> m_found;  // the job's, until it ends
    Job m_job;
};

}  // namespace cloudlet
