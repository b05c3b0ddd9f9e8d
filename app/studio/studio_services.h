// The long-lived things of the engine, made by main and handed to the pages. The hypervisor is
// opened when a job first needs it: that takes seconds, and a window must not. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "engine/catalog/catalog.h"
#include "engine/jobs/services.h"
#include "engine/vm/hypervisor.h"

namespace cloudlet {

class StudioServices {
public:
    // `catalog` must outlive the object.
    StudioServices(Catalog& catalog, std::string libvirtUri)
        : m_catalog(&catalog), m_libvirtUri(std::move(libvirtUri)) {}

    Catalog& catalog() const { return *m_catalog; }
    // Blocks; opened once, tried again after an error.
    Result<Hypervisor*> hypervisor(std::stop_token stop);
    // Unless one is open already: the hypervisor that has the VM of a session whose owner is gone.
    // Blocks likewise.
    Result<void> openFor(const SessionRecord& left, std::stop_token stop);
    // For a job that runs VMs. Blocks as hypervisor().
    Result<Services> forJob(Progress& progress, std::stop_token stop);

private:
    Catalog* m_catalog;
    std::string m_libvirtUri;
    std::mutex m_mutex;  // guards m_hypervisor while it is opened
    std::unique_ptr<Hypervisor> m_hypervisor;
};

}  // namespace cloudlet
