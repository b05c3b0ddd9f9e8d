#include "engine/net/send_base.h"

#include "engine/jobs/export_base.h"
#include "engine/net/push_client.h"
#include "engine/net/server_state.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

// Shows a package on its way, and ends the session when it has been imported.
class BaseObserver : public PushObserver {
public:
    explicit BaseObserver(Progress& progress) : m_progress(progress) {}

    void accepted(const push::Accept& accept) override { m_progress.setDone(accept.receivedBytes); }
    void statistics(const push::Statistics& statistics) override {
        if (!m_isImporting) m_progress.setDone(statistics.receivedBytes);
    }
    void state(const push::State& state) override {
        m_complete = state.phase == push::Phase::complete;
        if (state.phase != push::Phase::starting || std::exchange(m_isImporting, true)) return;
        m_progress.beginStage("importing the base there");
    }
    void cut(const Error& error) override {
        m_progress.notice(error.message + "; trying to come back");
    }
    std::optional<push::Then> wanted() override {
        return m_complete ? std::optional(push::Then::end) : std::nullopt;
    }

private:
    Progress& m_progress;
    bool m_isImporting = false;
    bool m_complete = false;
};

}  // namespace

Result<void> sendBase(Catalog& catalog, const BaseId& base, const ServerAccess& server,
                      Progress& progress, std::stop_token stop) {
    const StagedBase staged = TRY(catalog.stageBase());
    const fs::path package = staged.files().folder / "package";
    TRY(exportBase(catalog, base, package, {}, progress, stop));
    FileSource source = TRY(FileSource::open(package));
    progress.beginStage("sending the base", TRY(source.size()));
    PushPlan plan;
    plan.server = server;
    plan.source = &source;
    plan.what = push::What::base;
    BaseObserver observer(progress);
    return pushToServer(plan, observer, std::move(stop));
}

Result<bool> sendBaseIfMissing(Catalog& catalog, const Manifest& overlay,
                               const PairedServer& server, Progress& progress,
                               std::stop_token stop) {
    progress.beginStage("asking for the base");
    if (holdsBase(TRY(readBases(server.access(), stop)), overlay.base.id)) return false;
    if (!mayDo(server.role, Act::sendBase)) {
        return Error{ErrorCode::permission, lacksBase(overlay, server.role).message};
    }
    TRY(sendBase(catalog, overlay.base.id, server.access(), progress, std::move(stop)));
    return true;
}

Result<std::uint64_t> mostBytesOf(const BaseRecord& base) {
    const File disk = TRY(File::open(base.files.disk(), File::Mode::read));
    const File memory = TRY(File::open(base.files.memory(), File::Mode::read));
    return TRY(disk.allocatedBytes()) + TRY(memory.allocatedBytes()) + base.vm.stateSize;
}

Error explainRefusal(const Error& refusal, const PairedServer& server, ChunkSource& overlay,
                     std::stop_token stop) {
    if (refusal.code != ErrorCode::notFound) return refusal;
    const Result<Manifest> manifest = readManifest(overlay);
    if (!manifest) return refusal;
    const Result<std::vector<ServerState::Base>> bases =
        readBases(server.access(), std::move(stop));
    if (!bases || holdsBase(*bases, manifest->base.id)) return refusal;
    return lacksBase(*manifest, server.role);
}

}  // namespace cloudlet
