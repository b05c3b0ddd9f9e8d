// What works on this machine and what does not, as a window of its own. GUI thread.
#pragma once

#include <QDialog>

#include "app/studio/host_findings.h"

namespace cloudlet {

class HostDialog : public QDialog {
    Q_OBJECT
public:
    explicit HostDialog(StudioServices& services, QWidget* parent = nullptr);

    // What the studio has logged, to go into the report.
    void setLog(const QString& log) { m_log = log; }

private:
    void saveBundle();

    StudioServices& m_services;
    HostFindings* m_findings;
    QString m_log;
    Job m_saving;
};

}  // namespace cloudlet
