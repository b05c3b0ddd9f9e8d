// Creating a base VM as its page sees it: the guest boots, the person brings it to where overlays
// shall begin, then it is saved. GUI thread; what it does runs on its job's thread.
#pragma once

#include <QObject>

#include "app/studio/guest_desk.h"
#include "app/studio/job.h"
#include "app/studio/studio_services.h"
#include "engine/jobs/create_base.h"

namespace cloudlet {

struct BaseOrder {
    QString name;
    QString file;  // a disk to copy, or the disc to install from
    bool isInstaller = false;
    quint64 memoryBytes = 0;
    quint64 diskBytes = 0;  // of the new disk, with an installer
    unsigned vcpus = 1;
    bool clean = true;  // frees memory and trims disks first, through its agent
};

class BaseJob : public QObject {
    Q_OBJECT
public:
    BaseJob(StudioServices& services, BaseOrder order, QObject* parent = nullptr);
    ~BaseJob() override;

    Job& job() { return *m_job; }
    const BaseOrder& order() const { return m_order; }
    bool isAttended() const { return m_attended; }  // the guest runs and is the person's

    void start();
    // The guest is as it shall be.
    void save() { m_desk.leave(); }

Q_SIGNALS:
    void guestReady(const QString& console);
    void saving();

private:
    Result<void> work(Progress& progress, const std::stop_token& stop);
    Result<void> attend(Domain& domain, Progress& progress, const std::stop_token& stop);

    StudioServices& m_services;
    const BaseOrder m_order;
    GuestDesk m_desk;
    bool m_attended = false;
    std::unique_ptr<Job> m_job;  // last: its thread uses the rest
};

}  // namespace cloudlet
