// One connection to libvirt: which driver it goes to, and the ends of domains it reports.
// Shared by a hypervisor and its domains. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

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

    virConnectPtr get() const;
    // Where the daemon behind it has gone, connects anew, for which libvirt starts a session's
    // daemon again; handles made before serve no longer. Blocks on that. Errors: unavailable.
    Result<void> mend();
    const std::string& uri() const { return m_uri; }
    const std::string& qemuVersion() const { return m_qemuVersion; }
    const GuestNetwork& network() const { return m_network; }
    DomainEnds& ends() { return *m_ends; }

private:
    LibvirtConnection(ConnectionHandle handle, std::string uri, GuestNetwork network);

    static Result<std::shared_ptr<LibvirtConnection>> connect(const std::string& uri,
                                                              const GuestNetwork& network);
    Result<void> prepare();
    Result<void> listen();

    mutable std::mutex m_mutex;  // guards the next two
    ConnectionHandle m_handle;
    std::vector<ConnectionHandle> m_gone;  // calls may still wait in them
    std::string m_uri;
    GuestNetwork m_network;
    std::string m_qemuVersion;
    std::shared_ptr<DomainEnds> m_ends = std::make_shared<DomainEnds>();
    int m_callback = -1;  // of m_handle
};

}  // namespace cloudlet
