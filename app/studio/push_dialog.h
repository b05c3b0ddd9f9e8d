// Where to push an overlay to: one of the paired cloudlets, which is asked before anything is sent
// whether the overlay would fit there. GUI thread.
#pragma once

#include <QDialog>
#include <memory>
#include <vector>

#include "app/studio/job.h"
#include "app/studio/push_job.h"
#include "engine/net/paired_servers.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;

namespace cloudlet {

class PushDialog : public QDialog {
    Q_OBJECT
public:
    explicit PushDialog(QString file, QWidget* parent = nullptr);
    ~PushDialog() override;
    // Of the last choice; the dialog was accepted.
    PushOrder order() const;

private:
    void servers(const Result<std::vector<PairedServer>>& paired);
    void check();
    void checked();
    void allow(bool push, const QString& sentence);

    const QString m_file;
    std::vector<PairedServer> m_servers;
    QComboBox* m_choice;
    QCheckBox* m_complete;
    QLabel* m_verdict;
    QDialogButtonBox* m_buttons;
    bool m_isStale = false;  // another one was chosen while the last was asked
    Job m_checking;
};

}  // namespace cloudlet
