// The work of a real server: synthesises the overlays that arrive, imports the bases.
#pragma once

#include "engine/jobs/synthesise.h"
#include "engine/net/session_work.h"

namespace cloudlet {

class SynthesisWork : public SessionWork {
public:
    // Both must outlive it.
    SynthesisWork(Catalog& catalog, Hypervisor& hypervisor)
        : m_catalog(catalog), m_hypervisor(hypervisor) {}

    Result<SessionNeeds> examine(const push::Offer& offer, const Manifest* manifest,
                                 std::stop_token stop) override;
    Result<void> run(PushSession& session, std::stop_token stop) override;

private:
    Result<void> runOverlay(PushSession& session, const std::stop_token& stop);
    Result<std::optional<File>> attend(PushSession& session, Synthesised& vm,
                                       const std::stop_token& stop);
    Result<File> makeResidue(Synthesised& vm, const std::stop_token& stop);
    Result<void> importPackage(PushSession& session, const std::stop_token& stop);

    Catalog& m_catalog;
    Hypervisor& m_hypervisor;
};

}  // namespace cloudlet
