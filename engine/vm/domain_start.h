// Starts a domain through libvirt, from its disk or from a saved state, so that it can be
// cancelled at any moment. Used by the hypervisor. Any thread.
#pragma once

#include <memory>
#include <stop_token>

#include "engine/vm/libvirt_connection.h"

namespace cloudlet {

// `state`: empty to boot. REQUIRES: plan is valid and its machine was checked.
Result<std::unique_ptr<Domain>> startDomain(std::shared_ptr<LibvirtConnection> connection,
                                            const DomainPlan& plan, ByteView state, Start start,
                                            std::stop_token stop);

}  // namespace cloudlet
