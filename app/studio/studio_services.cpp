#include "app/studio/studio_services.h"

#include "engine/jobs/guest.h"

namespace cloudlet {

Result<Hypervisor*> StudioServices::hypervisor(std::stop_token stop) {
    const std::scoped_lock lock(m_mutex);
    if (!m_hypervisor) {
        HypervisorOptions options;
        options.uri = m_libvirtUri;
        m_hypervisor = TRY(Hypervisor::open(options, std::move(stop)));
    }
    return m_hypervisor.get();
}

Result<void> StudioServices::openFor(const SessionRecord& left, std::stop_token stop) {
    const std::scoped_lock lock(m_mutex);
    if (m_hypervisor) return {};
    m_hypervisor = TRY(Hypervisor::open(TRY(hypervisorOf(left)), std::move(stop)));
    return {};
}

Result<Services> StudioServices::forJob(Progress& progress, std::stop_token stop) {
    progress.beginStage("asking libvirt");
    Hypervisor& theHypervisor = *TRY(hypervisor(stop));
    return Services{*m_catalog, theHypervisor, progress, stop};
}

}  // namespace cloudlet
