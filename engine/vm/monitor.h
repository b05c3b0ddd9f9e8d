// Commands to QEMU's monitor through libvirt. All block as libvirt does: they are made inside a
// BlockingCalls::run. Any thread.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/image/port_forward.h"
#include "engine/vm/domain.h"
#include "engine/vm/libvirt_handle.h"

namespace cloudlet {

// The "return" of a QMP command. Errors: failed, with QEMU's words.
Result<json::Value> qmp(virDomainPtr domain, const std::string& command,
                        const json::Object& arguments = {});
// The same, handing QEMU a copy of `fd`.
Result<json::Value> qmpWithFile(virDomainPtr domain, const std::string& command,
                                const json::Object& arguments, int fd);
// What a command of the human monitor prints; errors come as text too.
Result<std::string> hmp(virDomainPtr domain, const std::string& command);

// The device state of a suspended VM as QEMU writes it with x-ignore-shared; the VM can be
// resumed afterwards. Errors: failed, cancelled, timedOut.
Result<Bytes> captureDeviceState(virDomainPtr domain, std::stop_token stop);

// The same of all of the VM, its memory too, into a pipe while the guest runs: see Domain.
Result<Fd> startStream(virDomainPtr domain);
Result<StreamPhase> streamPhase(virDomainPtr domain);
Result<void> cancelStream(virDomainPtr domain);

// Port forwards of the user network, by the human monitor (QMP has no command for them).
// `address` is the host's, where they listen.
Result<PortForward> addHostForward(virDomainPtr domain, PortForward forward,
                                   const std::string& address);
Result<void> removeHostForward(virDomainPtr domain, const PortForward& forward,
                               const std::string& address);
Result<std::vector<PortForward>> hostForwards(virDomainPtr domain);
Result<ConnectionState> hostConnection(virDomainPtr domain, std::uint16_t hostPort);
// These read the output of "info usernet".
std::vector<PortForward> parseHostForwards(std::string_view text);
ConnectionState parseHostConnection(std::string_view text, std::uint16_t hostPort);

}  // namespace cloudlet
