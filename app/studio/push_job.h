// A push of an overlay to a cloudlet, as its page sees it, until its session has ended or is left
// running there. GUI thread; what it does runs on its job's thread.
#pragma once

#include <QObject>
#include <memory>
#include <mutex>
#include <optional>

#include "app/studio/guest_facts.h"
#include "app/studio/job.h"
#include "app/studio/studio_services.h"
#include "engine/base/stopwatch.h"
#include "engine/net/message.h"
#include "engine/net/paired_servers.h"

namespace cloudlet {

struct PushOrder {
    QString file;
    PairedServer server;
    bool complete = false;       // the VM starts when all has arrived, not at once
    std::optional<BaseId> base;  // to be sent first
};

struct PushState {
    push::Phase phase = push::Phase::receiving;
    QList<ForwardFact> forwards;  // with the cloudlet's ports
    double seconds = 0;           // since the click
};

class PushJob : public QObject {
    Q_OBJECT
public:
    PushJob(StudioServices& services, PushOrder order, QObject* parent = nullptr);
    ~PushJob() override;

    void start();
    // Ends the VM there, too.
    void cancel() { m_job->cancel(); }
    // What is to become of the VM. `residueFile` for Then::residue only.
    void finish(push::Then then, const QString& residueFile = {});

    Job& job() const { return *m_job; }
    const PushOrder& order() const { return m_order; }

Q_SIGNALS:
    void accepted(const QString& session, quint64 alreadyThere);
    void stateChanged(const cloudlet::PushState& state);
    void told(const cloudlet::push::Statistics& statistics);
    void cut(const QString& why);                  // the line; it comes back by itself
    void answered(int guestPort, double seconds);  // the first that did, since the click

private:
    class Observer;
    Result<void> work(Progress& progress, const std::stop_token& stop);
    void askFirstPort(const QList<ForwardFact>& forwards);
    void onGuiThread(std::function<void()> act);

    StudioServices& m_services;
    const PushOrder m_order;
    Stopwatch m_began;
    std::mutex m_mutex;  // guards the members below
    std::optional<push::Then> m_then;
    QString m_residueFile;
    std::unique_ptr<Job> m_job;
    Job m_asking;  // a port there
};

}  // namespace cloudlet
