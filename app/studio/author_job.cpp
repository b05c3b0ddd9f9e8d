#include "app/studio/author_job.h"

#include "app/studio/qt_text.h"
#include "engine/jobs/run_script.h"

namespace cloudlet {

namespace {

constexpr std::chrono::minutes kScriptLimit{30};

}  // namespace

AuthorJob::AuthorJob(StudioServices& services, AuthorOrder order, QObject* parent)
    : GuestJob(services, parent), m_order(std::move(order)) {
    m_request.base = m_order.base.toStdString();
    m_request.title = m_order.title.toStdString();
    m_request.forwards = m_order.forwards;
}

AuthorJob::~AuthorJob() {
    endJob();
}

void AuthorJob::setPhase(Phase phase) {
    m_phase = phase;
    Q_EMIT phaseChanged();
}

Result<void> AuthorJob::work(Progress& progress, const std::stop_token& stop) {
    const Services engine = TRY(services().forJob(progress, stop));
    m_request.customise = [&](Domain& domain, const std::vector<PortForward>& forwards) {
        progress.beginStage("the guest is yours");
        return customise(domain, forwards, stop);
    };
    m_report = TRY(authorOverlay(m_request, engine));
    return {};
}

Result<void> AuthorJob::customise(Domain& domain, const std::vector<PortForward>& forwards,
                                  const std::stop_token& stop) {
    const GuestFacts facts = factsOf(domain, forwards);
    QMetaObject::invokeMethod(
        this,
        [this, facts] {
            setPhase(Phase::customising);
            Q_EMIT guestReady(facts);
        },
        Qt::QueuedConnection);
    TRY(attend(domain, stop));
    return requireRunning(domain);
}

void AuthorJob::runScript(const QString& file) {
    desk().post([file](Domain& domain, const std::stop_token& stop) -> Result<void> {
        const std::string script = TRY(readScript(toPath(file)));
        Progress progress;
        TRY(runScriptInGuest(domain, script, kScriptLimit, progress, stop));
        return {};
    });
}

void AuthorJob::createOverlay(const OverlayOrder& order) {
    setPhase(Phase::creating);
    desk().post([this, order](Domain& domain, const std::stop_token& stop) -> Result<void> {
        // On the job's thread, which reads the request next.
        m_request.output = toPath(order.file);
        m_request.title = order.title.toStdString();
        m_request.notes = order.notes.toStdString();
        m_request.cleaning = order.clean ? Cleaning::whereAgentAnswers : Cleaning::never;
        // From here on a failure must not cost what the person did in the guest.
        m_request.onError = OnError::keepVm;
        if (TRY(domain.status()).state == DomainState::paused) TRY(domain.resume(stop));
        return {};
    });
    desk().leave();
}

}  // namespace cloudlet
