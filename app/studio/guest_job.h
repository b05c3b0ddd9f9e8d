// What authoring and running have in common: one job in whose middle a guest runs, which pages
// attend through its desk. GUI thread; what it does runs on its job's thread.
#pragma once

#include <QObject>
#include <vector>

#include "app/studio/guest_desk.h"
#include "app/studio/guest_facts.h"
#include "app/studio/job.h"
#include "app/studio/studio_services.h"

namespace cloudlet {

class GuestJob : public QObject {
    Q_OBJECT
public:
    ~GuestJob() override;

    virtual void start();
    void cancel() { m_job->cancel(); }
    // While the guest runs.
    void setPaused(bool paused);
    Job& job() const { return *m_job; }

Q_SIGNALS:
    void phaseChanged();
    void guestPaused(bool paused, const QString& reason);
    void taskFailed(const QString& message);

protected:
    GuestJob(StudioServices& services, QObject* parent);

    // The whole of it, on the job's thread.
    virtual Result<void> work(Progress& progress, const std::stop_token& stop) = 0;
    virtual void ended() = 0;
    // On the job's thread, in work(): attends the guest until somebody calls desk().leave().
    Result<void> attend(Domain& domain, const std::stop_token& stop);
    static GuestFacts factsOf(Domain& domain, const std::vector<PortForward>& forwards);
    // A derived class calls it in its destructor, before what its work() uses is gone.
    void endJob() { m_job.reset(); }

    StudioServices& services() const { return m_services; }
    GuestDesk& desk() { return m_desk; }

private:
    StudioServices& m_services;
    GuestDesk m_desk;
    std::unique_ptr<Job> m_job;
};

}  // namespace cloudlet
