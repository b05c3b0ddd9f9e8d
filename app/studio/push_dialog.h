// Where to push an overlay to: one of the paired cloudlets, which is asked before anything is sent
// whether the overlay would fit there. Where only its base is missing, that can be sent first.
// GUI thread.
#pragma once

#include <QDialog>
#include <memory>
#include <vector>

#include "app/studio/job.h"
#include "app/studio/push_job.h"
#include "engine/catalog/catalog.h"
#include "engine/net/paired_servers.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;

namespace cloudlet {

class PushDialog : public QDialog {
    Q_OBJECT
public:
    PushDialog(StudioServices& services, QString file, QWidget* parent = nullptr);
    ~PushDialog() override;
    // Of the last choice; the dialog was accepted.
    PushOrder order() const;

private:
    // What the check found, written by its job.
    struct Finding {
        std::optional<BaseRecord> missing;  // there, but not here
        std::uint64_t bytes = 0;            // that it is at most
    };
    static Result<void> examine(const PairedServer& server, const QString& file, Catalog& catalog,
                                Finding& finding, const std::stop_token& stop);
    void servers(const Result<std::vector<PairedServer>>& paired);
    void check();
    void checked();
    void offerBase();
    void allow(bool push, const QString& sentence);

    StudioServices& m_services;
    const QString m_file;
    std::vector<PairedServer> m_servers;
    QComboBox* m_choice;
    QCheckBox* m_complete;
    QCheckBox* m_sendBase;
    QLabel* m_verdict;
    QDialogButtonBox* m_buttons;
    std::shared_ptr<Finding> m_finding;
    bool m_isStale = false;  // another one was chosen while the last was asked
    Job m_checking;
};

}  // namespace cloudlet
