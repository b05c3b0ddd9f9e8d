#include "app/cloudlet/context.h"

#include "app/cloudlet/options.h"
#include "engine/base/xdg.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/guest.h"
#include "engine/vm/accelerator.h"
#include "engine/vm/hypervisor.h"

namespace cloudlet {

Context::Context() = default;
Context::~Context() = default;

Result<Catalog*> Context::catalog() {
    if (!m_catalog) {
        const fs::path root = catalogRoot.empty() ? dataDirectory() : absolutePath(catalogRoot);
        m_catalog = std::make_unique<Catalog>(TRY(Catalog::open(root)));
        for (const std::string& note : m_catalog->notes()) terminal.say(note);
        if (!m_catalog->isReadOnly()) {
            for (const std::string& note : TRY(sweepDeadGuests(*m_catalog))) terminal.say(note);
        }
    }
    return m_catalog.get();
}

Result<Hypervisor*> Context::hypervisor() {
    if (!m_hypervisor) {
        HypervisorOptions options;
        options.uri = libvirtUri;
        m_hypervisor = TRY(Hypervisor::open(options, stop));
    }
    return m_hypervisor.get();
}

Result<Services> Context::services(Progress& progress) {
    Catalog& theCatalog = *TRY(catalog());
    Hypervisor& theHypervisor = *TRY(hypervisor());
    return Services{theCatalog, theHypervisor, progress, stop};
}

Result<std::unique_ptr<Domain>> Context::attach(const SessionRecord& session) {
    CHECK(m_hypervisor == nullptr);
    m_hypervisor = TRY(Hypervisor::open(TRY(hypervisorOf(session)), stop));
    return m_hypervisor->find(session.domainUuid, stop);
}

}  // namespace cloudlet
