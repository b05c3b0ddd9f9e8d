#include "app/studio/run_job.h"

#include "app/studio/qt_text.h"
#include "engine/base/stopwatch.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/synthesise.h"

namespace cloudlet {

namespace {

// Asked in short turns, so that the desk serves other tasks in between.
constexpr std::chrono::seconds kAskFor{1};
constexpr double kGiveUpSeconds = 120;

// 0 if there is none.
int firstTcpPort(const GuestFacts& facts) {
    for (const ForwardFact& forward : facts.forwards) {
        if (forward.tcp) return forward.guestPort;
    }
    return 0;
}

}  // namespace

RunJob::RunJob(StudioServices& services, QString overlay, QObject* parent)
    : GuestJob(services, parent), m_overlay(std::move(overlay)) {}

RunJob::~RunJob() {
    endJob();
}

void RunJob::setPhase(Phase phase) {
    m_phase = phase;
    Q_EMIT phaseChanged();
}

Result<void> RunJob::work(Progress& progress, const std::stop_token& stop) {
    const Stopwatch began;
    FileSource source = TRY(FileSource::open(toPath(m_overlay)));
    SynthesisRequest request;
    request.source = &source;
    const Services engine = TRY(services().forJob(progress, stop));
    Synthesised made = TRY(synthesise(request, engine));
    RunFacts facts;
    facts.guest = factsOf(made.guest.domain(), made.guest.forwards());
    facts.title = toQt(made.report.manifest.title);
    facts.base = toQt(made.report.base.name);
    facts.copySeconds = made.report.copySeconds;
    facts.replaySeconds = made.report.replaySeconds;
    facts.resumeSeconds = made.report.resumeSeconds;
    facts.runningSeconds = began.seconds();
    progress.beginStage("running");
    QMetaObject::invokeMethod(
        this,
        [this, facts] {
            setPhase(Phase::running);
            Q_EMIT guestReady(facts);
        },
        Qt::QueuedConnection);
    if (const int port = firstTcpPort(facts.guest); port != 0) watchPort(port, 0);
    const Result<void> served = attend(made.guest.domain(), stop);
    if (served) return made.guest.end();
    if (served.error().code != ErrorCode::cancelled) made.guest.fail(served.error());
    return served;
}

// `waited` is how long the port was asked for already.
void RunJob::watchPort(int guestPort, double waited) {
    desk().post(
        [this, guestPort, waited](Domain& domain, const std::stop_token& stop) -> Result<void> {
            const Stopwatch began;
            const Result<void> there =
                waitForGuestPort(domain, static_cast<std::uint16_t>(guestPort), kAskFor, stop);
            const double until = waited + began.seconds();
            if (there) {
                Q_EMIT answered(guestPort, until);
            } else if (there.error().code == ErrorCode::timedOut && until < kGiveUpSeconds) {
                watchPort(guestPort, until);
            }
            return {};
        });
}

}  // namespace cloudlet
