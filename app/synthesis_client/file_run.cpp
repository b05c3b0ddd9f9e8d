#include "app/cloudlet/options.h"
#include "app/synthesis_client/synthesis_run.h"
#include "engine/base/xdg.h"
#include "engine/net/paired_servers.h"
#include "engine/net/push_client.h"
#include "engine/net/send_base.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

class RunObserver : public PushObserver {
public:
    RunObserver(SynthesisRun& run, const ProgramState& state) : m_run(run), m_state(state) {}

    void accepted(const push::Accept& accept) override { m_session = accept.session; }
    void state(const push::State& state) override {
        if (state.phase == push::Phase::running) m_run.running(state.forwards);
        if (state.phase == push::Phase::complete) {
            m_run.running(state.forwards);
            m_run.complete();
        }
    }
    void cut(const Error& error) override {
        m_state.terminal.say(error.message + "; trying to come back");
    }
    std::optional<push::Then> wanted() override {
        if (!m_run.isQuitWanted()) return std::nullopt;
        return push::Then::end;
    }
    const std::string& session() const { return m_session; }

private:
    SynthesisRun& m_run;
    const ProgramState& m_state;
    std::string m_session;
};

Result<void> bringBase(const ClientOptions& options, const ProgramState& state,
                       ChunkSource& overlay, const PairedServer& server) {
    const Manifest manifest = TRY(readManifest(overlay));
    Catalog catalog = TRY(
        Catalog::open(options.catalog.empty() ? dataDirectory() : absolutePath(options.catalog)));
    Progress progress;
    return state.terminal.runWithProgress(progress, [&]() -> Result<void> {
        TRY(sendBaseIfMissing(catalog, manifest, server, progress, state.stop));
        return {};
    });
}

}  // namespace

Result<void> runWithFile(const ClientOptions& options, const ProgramState& state) {
    const PairedServer server = TRY(PairedServers().find(options.server));
    FileSource source = TRY(FileSource::open(absolutePath(options.overlay)));
    if (options.sendBase) TRY(bringBase(options, state, source, server));
    PushPlan plan;
    plan.server = server.access();
    plan.source = &source;
    plan.start = options.earlyStart ? push::Start::early : push::Start::complete;
    SynthesisRun run(state, server.address.host);
    RunObserver observer(run, state);
    const Result<void> pushed = pushToServer(plan, observer, state.stop);
    if (!pushed) return explainRefusal(pushed.error(), server, source, state.stop);
    run.report(observer.session());
    return {};
}

}  // namespace cloudlet
