#include "engine/net/residue_file.h"

namespace cloudlet {

namespace {

class Fetch : public PushObserver {
public:
    Fetch(ResidueFile file, Progress& progress) : m_file(std::move(file)), m_progress(progress) {}

    Result<void> residue(const push::Residue& part) override {
        if (part.offset == 0) m_progress.beginStage("fetching the residue", part.size);
        TRY(m_file.write(part));
        m_progress.setDone(part.offset + part.bytes.size());
        return {};
    }
    std::optional<push::Then> wanted() override { return std::nullopt; }

private:
    ResidueFile m_file;
    Progress& m_progress;
};

}  // namespace

Result<ResidueFile> ResidueFile::create(const fs::path& path) {
    return ResidueFile(TRY(AtomicFile::create(path)));
}

Result<void> ResidueFile::write(const push::Residue& part) {
    TRY(m_file.file().writeAt(part.bytes, part.offset));
    if (part.offset + part.bytes.size() < part.size) return {};
    return m_file.commit();
}

Result<void> fetchResidueInto(const fs::path& path, const ServerAccess& server,
                              const std::string& session, Progress& progress,
                              std::stop_token stop) {
    Fetch fetch(TRY(ResidueFile::create(path)), progress);
    progress.beginStage("waiting for the residue");
    return fetchResidue(server, session, fetch, std::move(stop));
}

}  // namespace cloudlet
