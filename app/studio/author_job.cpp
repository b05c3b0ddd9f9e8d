#include "app/studio/author_job.h"

#include <thread>

#include "app/studio/qt_text.h"
#include "engine/jobs/overlay_meter.h"
#include "engine/jobs/run_script.h"

namespace cloudlet {

namespace {

constexpr std::chrono::minutes kScriptLimit{30};

}  // namespace

Result<AuthorOrder> orderToGoOn(const Catalog& catalog, const SessionRecord& left) {
    const BaseRecord base = TRY(catalog.baseById(left.base.value_or(BaseId())));
    AuthorOrder order{toQt(base.name), toQt(left.title), forwardsFromJson(left.forwards), left};
    for (PortForward& forward : order.forwards) forward.hostPort = 0;  // any will do elsewhere
    return order;
}

AuthorJob::AuthorJob(StudioServices& services, AuthorOrder order, QObject* parent)
    : GuestJob(services, parent), m_start(std::move(order)) {}

AuthorJob::~AuthorJob() {
    endJob();
}

Result<void> AuthorJob::work(Progress& progress, const std::stop_token& stop) {
    if (m_start.left) TRY(services().openFor(*m_start.left, stop));
    const Services engine = TRY(services().forJob(progress, stop));
    AuthorSession session = TRY(begin(engine));
    m_session = &session;
    Guest& guest = session.guest();
    const GuestFacts facts = factsOf(guest.domain(), guest.forwards());
    tellReady([this, facts] { Q_EMIT guestReady(facts); });
    while (true) {
        progress.beginStage({});
        if (const Result<void> attended = attendAndMeasure(session, stop); !attended) {
            const Error& error = attended.error();
            if (error.code != ErrorCode::unavailable) return error;
            return keepWithoutLibvirt(session, error);
        }
        Result<CreatedOverlay> created =
            create(guest.domain(), engine, [&](const OverlayRequest& request, const Services& own) {
                return session.createOverlay(request, own);
            });
        if (created) {
            m_created = std::move(created).value();
            return {};
        }
        if (stop.stop_requested()) return created.error();
        tellFailure(created.error());
    }
}

Result<AuthorSession> AuthorJob::begin(const Services& engine) {
    if (!m_start.left) {
        return AuthorSession::begin(
            {m_start.base.toStdString(), m_start.title.toStdString(), m_start.forwards}, engine);
    }
    const SessionRecord& left = *m_start.left;
    engine.progress.beginStage("taking the VM over");
    Result<std::unique_ptr<Domain>> domain = engine.hypervisor.find(left.domainUuid, engine.stop);
    if (domain) return AuthorSession::adopt(left, std::move(domain).value(), engine);
    if (domain.error().code != ErrorCode::notFound) return domain.error();
    // libvirt allows a program one root, and the first job has chosen it.
    const std::string id = left.id.substr(0, 8);
    return Error{ErrorCode::notFound,
                 "The VM runs on, in another libvirt than the one this program uses by now.\n"
                 "Start the program again and take this VM first, or use a terminal:\n"
                 "cloudlet residue " +
                     id + " -o FILE makes an overlay of it, cloudlet stop " + id + " ends it."};
}

Result<void> AuthorJob::attendAndMeasure(AuthorSession& session, const std::stop_token& stop) {
    // Stopped and waited for at the end: an overlay is made by as many cores as there are.
    const std::jthread meter([&](const std::stop_token& own) {
        followOverlay(
            session,
            [this](const OverlayEstimate& estimate) {
                onGuiThread([this, estimate] { Q_EMIT measured(estimate); });
            },
            own);
    });
    return attend(session.guest().domain(), stop);
}

// Libvirt has gone, but its VM has not, nor what somebody did in it.
Error AuthorJob::keepWithoutLibvirt(AuthorSession& session, const Error& error) {
    const Result<std::string> kept = session.guest().keep();
    if (!kept) return error;
    m_kept = true;
    const std::string id = kept->substr(0, 8);
    return Error{error.code, error.message +
                                 "\nThe VM runs on without it. Mend libvirt, then start this "
                                 "program again to go on in the VM, or use a terminal:\n"
                                 "cloudlet residue " +
                                 id + " -o FILE makes an overlay of it, cloudlet stop " + id +
                                 " ends it."};
}

void AuthorJob::runScript(const QString& file) {
    desk().post([file](Domain& domain, const std::stop_token& stop) -> Result<void> {
        const std::string script = TRY(readScript(toPath(file)));
        Progress progress;
        TRY(runScriptInGuest(domain, script, kScriptLimit, progress, stop));
        return {};
    });
}

void AuthorJob::cleanGuest() {
    desk().post([this](Domain& domain, const std::stop_token& stop) -> Result<void> {
        Progress progress;
        const bool cleaned =
            TRY(cleanIfPossible(domain, Cleaning::whereAgentAnswers, progress, stop));
        Q_EMIT guestCleaned(cleaned);
        return {};
    });
}

void AuthorJob::setForwards(std::vector<PortForward> forwards) {
    desk().post(
        [this, forwards = std::move(forwards)](Domain&, const std::stop_token&) -> Result<void> {
            const Result<void> done = m_session->guest().setForwards(forwards);
            Q_EMIT forwardsChanged(forwardFacts(m_session->guest().forwards()));
            return done;
        });
}

}  // namespace cloudlet
