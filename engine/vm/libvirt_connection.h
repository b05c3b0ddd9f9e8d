// One connection to libvirt: which driver it goes to, and the ends of domains it reports.
// Shared by a hypervisor and its domains. Any thread.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/result.h"
#include "engine/vm/blocking_call.h"
#include "engine/vm/domain_ends.h"
#include "engine/vm/hypervisor.h"
#include "engine/vm/libvirt_handle.h"

namespace cloudlet {

class LibvirtConnection {
public:
    static Result<std::shared_ptr<LibvirtConnection>> open(const HypervisorOptions& options,
                                                           std::stop_token stop);
    ~LibvirtConnection();
    LibvirtConnection(const LibvirtConnection&) = delete;
    LibvirtConnection& operator=(const LibvirtConnection&) = delete;

    virConnectPtr get() const { return m_handle.get(); }
    const std::string& uri() const { return m_uri; }
    const std::string& qemuVersion() const { return m_qemuVersion; }
    const GuestNetwork& network() const { return m_network; }
    DomainEnds& ends() { return *m_ends; }

private:
    LibvirtConnection(ConnectionHandle handle, std::string uri, GuestNetwork network);

    static Result<std::shared_ptr<LibvirtConnection>> connect(const std::string& uri,
                                                              const GuestNetwork& network);
    Result<void> prepare();

    ConnectionHandle m_handle;
    std::string m_uri;
    GuestNetwork m_network;
    std::string m_qemuVersion;
    std::shared_ptr<DomainEnds> m_ends = std::make_shared<DomainEnds>();
    int m_callback = -1;
};

}  // namespace cloudlet
