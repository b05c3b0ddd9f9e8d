#include "app/studio/run_job.h"

#include <condition_variable>

#include "app/studio/qt_text.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/residue.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

// Asked in short turns, so that the desk serves other tasks in between.
constexpr std::chrono::seconds kAskFor{1};
constexpr double kGiveUpSeconds = 120;
constexpr std::chrono::milliseconds kWatchEvery{500};

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

Result<void> RunJob::work(Progress& progress, const std::stop_token& stop) {
    FileSource source = TRY(FileSource::open(toPath(m_overlay)));
    SynthesisRequest request;
    request.source = &source;
    // With a start set the guest finds at once what it wants first; without, it would wait often.
    const bool early = TRY(readManifest(source)).startSet.has_value();
    if (early) request.start = SynthesisRequest::Start::early;
    const Services engine = TRY(services().forJob(progress, stop));
    Synthesised vm = TRY(synthesise(request, engine));
    const RunFacts facts = factsOf(vm, early);
    tellReady([this, facts] { Q_EMIT guestReady(facts); });
    if (const int port = firstTcpPort(facts.guest); port != 0) watchPort(port);
    const Result<void> done = run(vm, progress, engine);
    if (done) return done;
    const Error reason = vm.reasonOf(done.error());
    if (reason.code != ErrorCode::cancelled) vm.guest.fail(reason);
    return reason;
}

RunFacts RunJob::factsOf(Synthesised& vm, bool early) const {
    RunFacts facts;
    facts.guest = GuestJob::factsOf(vm.guest.domain(), vm.guest.forwards());
    facts.title = toQt(vm.report.manifest.title);
    facts.base = toQt(vm.report.base.name);
    facts.early = early;
    facts.placeSeconds = vm.report.placeSeconds;
    facts.resumeSeconds = vm.report.resumeSeconds;
    facts.runningSeconds = m_began.seconds();
    return facts;
}

// Until somebody stops the VM, or it cannot go on.
Result<void> RunJob::run(Synthesised& vm, Progress& progress, const Services& engine) {
    while (true) {
        progress.beginStage({});
        TRY(attendAndWatch(vm, engine.stop));
        TRY(vm.check());  // which may be why nobody attends the guest any more
        if (!isOverlayWanted()) return vm.guest.end();
        const Result<CreatedOverlay> created = create(
            vm.guest.domain(), engine, [&](const OverlayRequest& residue, const Services& own) {
                return captureResidue(vm, residue, own);
            });
        if (engine.stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        if (!created) {
            tellFailure(created.error());
            continue;
        }
        onGuiThread([this, created = *created] {
            setPhase(Phase::running);
            Q_EMIT residueCreated(created);
        });
    }
}

Result<void> RunJob::attendAndWatch(Synthesised& vm, const std::stop_token& stop) {
    const std::jthread watcher([&](const std::stop_token& own) { watch(vm, own); });
    return attend(vm.guest.domain(), stop);
}

void RunJob::watch(Synthesised& vm, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    while (!stop.stop_requested()) {
        if (!vm.check()) return desk().leave();
        const FeedStatus feed = vm.feed->status();
        if (feed.completeSeconds > 0 && m_completeSeconds == 0) {
            m_completeSeconds = m_began.seconds();
            desk().post([&vm](Domain&, const std::stop_token& own) -> Result<void> {
                vm.setClock(own);  // an early start has not done it
                return {};
            });
        }
        RunStatus status{feed.totalBytes, feed.fetchedBytes, m_completeSeconds, 0, 0};
        if (const Result<MountStatistics> mount = vm.guest.mount().statistics()) {
            status.demandedChunks = mount->disk.demanded + mount->memory.demanded;
            status.timelyChunks = mount->disk.placedInTime + mount->memory.placedInTime;
        }
        onGuiThread([this, status] { Q_EMIT watched(status); });
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, kWatchEvery, [] { return false; });
    }
}

void RunJob::watchPort(int guestPort) {
    desk().post([this, guestPort](Domain& domain, const std::stop_token& stop) -> Result<void> {
        const Result<void> there =
            waitForGuestPort(domain, static_cast<std::uint16_t>(guestPort), kAskFor, stop);
        if (there) {
            Q_EMIT answered(guestPort, m_began.seconds());
        } else if (there.error().code == ErrorCode::timedOut &&
                   m_began.seconds() < kGiveUpSeconds) {
            watchPort(guestPort);
        }
        return {};
    });
}

}  // namespace cloudlet
