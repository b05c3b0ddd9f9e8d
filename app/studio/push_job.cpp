#include "app/studio/push_job.h"

#include "app/studio/qt_text.h"
#include "engine/net/first_answer.h"
#include "engine/net/residue_file.h"
#include "engine/net/send_base.h"

namespace cloudlet {

namespace {

constexpr std::chrono::minutes kAskPortFor{10};

}  // namespace

// Called on the job's thread.
class PushJob::Observer : public PushObserver {
public:
    Observer(PushJob& job, Progress& progress) : m_job(job), m_progress(progress) {}

    void accepted(const push::Accept& accept) override {
        m_progress.setDone(accept.receivedBytes);
        m_job.onGuiThread([&job = m_job, accept] {
            Q_EMIT job.accepted(toQt(accept.session), accept.receivedBytes);
        });
    }

    void state(const push::State& state) override {
        const PushState told{state.phase, forwardFacts(state.forwards), m_job.m_began.seconds()};
        m_job.onGuiThread([&job = m_job, told] {
            Q_EMIT job.stateChanged(told);
            job.askFirstPort(told.forwards);
        });
    }

    void statistics(const push::Statistics& statistics) override {
        m_progress.setDone(statistics.receivedBytes);
        m_job.onGuiThread([&job = m_job, statistics] { Q_EMIT job.told(statistics); });
    }

    Result<void> residue(const push::Residue& part) override {
        if (!m_residue) {
            m_residue.emplace(TRY(ResidueFile::create(toPath(residueFile()))));
            m_progress.beginStage("fetching the residue", part.size);
        }
        TRY(m_residue->write(part));
        m_progress.setDone(part.offset + part.bytes.size());
        return {};
    }

    void cut(const Error& error) override {
        m_job.onGuiThread([&job = m_job, why = toQt(error.message)] { Q_EMIT job.cut(why); });
    }

    std::optional<push::Then> wanted() override {
        const std::lock_guard lock(m_job.m_mutex);
        return m_job.m_then;
    }

private:
    QString residueFile() const {
        const std::lock_guard lock(m_job.m_mutex);
        return m_job.m_residueFile;
    }

    PushJob& m_job;
    Progress& m_progress;
    std::optional<ResidueFile> m_residue;
};

PushJob::PushJob(StudioServices& services, PushOrder order, QObject* parent)
    : QObject(parent),
      m_services(services),
      m_order(std::move(order)),
      m_job(std::make_unique<Job>()) {
    connect(m_job.get(), &Job::finished, &m_asking, &Job::cancel);
}

// First the job, which uses the rest.
PushJob::~PushJob() {
    m_job.reset();
}

void PushJob::start() {
    m_job->start(
        [this](Progress& progress, const std::stop_token& stop) { return work(progress, stop); });
}

void PushJob::finish(push::Then then, const QString& residueFile) {
    const std::lock_guard lock(m_mutex);
    m_then = then;
    m_residueFile = residueFile;
}

Result<void> PushJob::work(Progress& progress, const std::stop_token& stop) {
    FileSource source = TRY(FileSource::open(toPath(m_order.file)));
    if (m_order.base) {
        TRY(sendBase(m_services.catalog(), *m_order.base, m_order.server.access(), progress, stop));
    }
    progress.beginStage("sending the overlay", TRY(source.size()));
    PushPlan plan;
    plan.server = m_order.server.access();
    plan.source = &source;
    plan.start = m_order.complete ? push::Start::complete : push::Start::early;
    Observer observer(*this, progress);
    return pushToServer(plan, observer, stop);
}

void PushJob::askFirstPort(const QList<ForwardFact>& forwards) {
    const auto first = std::find_if(forwards.begin(), forwards.end(),
                                    [](const ForwardFact& forward) { return forward.tcp; });
    if (first == forwards.end() || m_asking.state() != Job::State::idle) return;
    const ServerAddress where{m_order.server.address.host,
                              static_cast<std::uint16_t>(first->hostPort)};
    m_asking.start([this, where, port = first->guestPort](
                       Progress&, const std::stop_token& stop) -> Result<void> {
        TRY(waitForAnswer(where, kAskPortFor, stop));
        Q_EMIT answered(port, m_began.seconds());
        return {};
    });
}

void PushJob::onGuiThread(std::function<void()> act) {
    QMetaObject::invokeMethod(this, std::move(act), Qt::QueuedConnection);
}

}  // namespace cloudlet
