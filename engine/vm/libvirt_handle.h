// Owned libvirt handles. Any thread; one owner.
#pragma once

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <memory>
#include <mutex>

namespace cloudlet {

// libvirt counts the connections to its embedded driver without a lock: one that closes, as that of
// an abandoned opening does, may end the driver under one that is being opened.
inline std::mutex& openingAndClosing() {
    static std::mutex mutex;
    return mutex;
}

struct FreeConnection {
    void operator()(virConnectPtr connection) const {
        const std::scoped_lock lock(openingAndClosing());
        virConnectClose(connection);
    }
};
struct FreeDomain {
    void operator()(virDomainPtr domain) const { virDomainFree(domain); }
};
struct FreeStream {
    void operator()(virStreamPtr stream) const { virStreamFree(stream); }
};
struct FreeText {
    void operator()(char* text) const { std::free(text); }
};

using ConnectionHandle = std::unique_ptr<virConnect, FreeConnection>;
// Shared, as an abandoned call keeps its domain's handle until it returns.
using DomainHandle = std::shared_ptr<virDomain>;
using StreamHandle = std::unique_ptr<virStream, FreeStream>;
using LibvirtText = std::unique_ptr<char, FreeText>;

inline DomainHandle ownDomain(virDomainPtr domain) {
    return domain != nullptr ? DomainHandle(domain, FreeDomain()) : nullptr;
}

}  // namespace cloudlet
