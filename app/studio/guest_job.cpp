#include "app/studio/guest_job.h"

#include "app/studio/qt_text.h"

namespace cloudlet {

GuestJob::GuestJob(StudioServices& services, QObject* parent)
    : QObject(parent), m_services(services), m_job(std::make_unique<Job>()) {
    connect(m_job.get(), &Job::finished, this, [this] { ended(); });
}

GuestJob::~GuestJob() = default;

void GuestJob::start() {
    m_job->start(
        [this](Progress& progress, const std::stop_token& stop) { return work(progress, stop); });
}

void GuestJob::setPaused(bool paused) {
    m_desk.post([paused](Domain& domain, const std::stop_token& stop) {
        return paused ? domain.suspend(stop) : domain.resume(stop);
    });
}

Result<void> GuestJob::attend(Domain& domain, const std::stop_token& stop) {
    GuestDesk::Watcher watcher;
    watcher.taskFailed = [this](const Error& error) { Q_EMIT taskFailed(toQt(error.message)); };
    watcher.stateChanged = [this](const DomainStatus& status) {
        Q_EMIT guestPaused(status.state == DomainState::paused, toQt(status.reason));
    };
    return m_desk.serve(domain, stop, watcher);
}

GuestFacts GuestJob::factsOf(Domain& domain, const std::vector<PortForward>& forwards) {
    GuestFacts facts;
    facts.console = toQt(domain.consoleAddress());
    for (const PortForward& forward : forwards) {
        facts.forwards.append(
            {forward.protocol == PortForward::Protocol::tcp, forward.hostPort, forward.guestPort});
    }
    return facts;
}

}  // namespace cloudlet
