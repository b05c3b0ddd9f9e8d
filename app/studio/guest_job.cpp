#include "app/studio/guest_job.h"

#include "app/studio/qt_text.h"

namespace cloudlet {

GuestJob::GuestJob(StudioServices& services, QObject* parent)
    : QObject(parent), m_services(services), m_job(std::make_unique<Job>()) {
    connect(m_job.get(), &Job::finished, this, [this] { setPhase(Phase::ended); });
}

GuestJob::~GuestJob() = default;

void GuestJob::start() {
    m_job->start(
        [this](Progress& progress, const std::stop_token& stop) { return work(progress, stop); });
}

void GuestJob::setPhase(Phase phase) {
    m_phase = phase;
    Q_EMIT phaseChanged();
}

void GuestJob::setPaused(bool paused) {
    m_desk.post([paused](Domain& domain, const std::stop_token& stop) {
        return paused ? domain.suspend(stop) : domain.resume(stop);
    });
}

void GuestJob::createOverlay(const OverlayOrder& order) {
    m_order = order;
    m_creation = std::stop_source();
    setPhase(Phase::creating);
    Wanted wanted{
        {toPath(order.file), order.title.toStdString(), order.notes.toStdString(), order.ports,
         order.profile, order.clean ? Cleaning::whereAgentAnswers : Cleaning::never},
        m_creation};
    m_desk.post([this, wanted = std::move(wanted)](Domain& domain,
                                                   const std::stop_token& stop) -> Result<void> {
        m_wanted = wanted;
        if (TRY(domain.status()).state == DomainState::paused) TRY(domain.resume(stop));
        return {};
    });
    m_desk.leave();
}

void GuestJob::onGuiThread(std::function<void()> act) {
    QMetaObject::invokeMethod(this, std::move(act), Qt::QueuedConnection);
}

void GuestJob::tellReady(std::function<void()> ready) {
    onGuiThread([this, ready = std::move(ready)] {
        setPhase(Phase::running);
        ready();
    });
}

Result<void> GuestJob::attend(Domain& domain, const std::stop_token& stop) {
    m_wanted.reset();
    GuestDesk::Watcher watcher;
    watcher.taskFailed = [this](const Error& error) { Q_EMIT taskFailed(toQt(error.message)); };
    watcher.stateChanged = [this, &domain](const DomainStatus& status) {
        const bool paused = status.state == DomainState::paused;
        // By itself, then; this names the disk that is full and the remedy.
        const Result<void> runs =
            paused && !status.reason.empty() ? requireRunning(domain) : Result<void>();
        Q_EMIT guestPaused(paused, runs ? QString() : toQt(runs.error().message));
    };
    return m_desk.serve(domain, stop, watcher);
}

Result<CreatedOverlay> GuestJob::create(Domain& domain, const Services& engine, const Make& make) {
    TRY(requireRunning(domain));
    std::stop_source& own = m_wanted->stop;
    const std::stop_callback withTheJob(engine.stop, [&own] { own.request_stop(); });
    return make(m_wanted->request,
                {engine.catalog, engine.hypervisor, engine.progress, own.get_token()});
}

void GuestJob::tellFailure(const Error& error) {
    const QString message = error.code == ErrorCode::cancelled ? QString() : toQt(error.message);
    onGuiThread([this, message] {
        setPhase(Phase::running);
        Q_EMIT creationFailed(message);
    });
}

GuestFacts GuestJob::factsOf(Domain& domain, const std::vector<PortForward>& forwards) {
    return {toQt(domain.consoleAddress()), forwardFacts(forwards)};
}

}  // namespace cloudlet
