#include "app/studio/fetch_residue.h"

#include "app/studio/qt_text.h"
#include "engine/base/file.h"
#include "engine/net/push_client.h"

namespace cloudlet {

namespace {

class ResidueWriter : public PushObserver {
public:
    ResidueWriter(AtomicFile file, Progress& progress)
        : m_file(std::move(file)), m_progress(progress) {}

    Result<void> residue(const push::Residue& part) override {
        if (part.offset == 0) m_progress.beginStage("fetching the residue", part.size);
        TRY(m_file.file().writeAt(part.bytes, part.offset));
        m_progress.setDone(part.offset + part.bytes.size());
        return {};
    }
    std::optional<push::Then> wanted() override { return std::nullopt; }
    Result<void> keep() { return m_file.commit(); }

private:
    AtomicFile m_file;
    Progress& m_progress;
};

}  // namespace

Job::Work fetchResidueWork(const ServerAccess& server, const std::string& session,
                           const QString& file) {
    return [=](Progress& progress, const std::stop_token& stop) -> Result<void> {
        ResidueWriter writer(TRY(AtomicFile::create(toPath(file))), progress);
        progress.beginStage("waiting for the residue");
        TRY(fetchResidue(server, session, writer, stop));
        return writer.keep();
    };
}

}  // namespace cloudlet
