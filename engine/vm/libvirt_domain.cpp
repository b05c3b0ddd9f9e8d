#include "engine/vm/libvirt_domain.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include "engine/vm/domain_plan.h"
#include "engine/vm/libvirt_error.h"
#include "engine/vm/monitor.h"
#include "engine/vm/qemu_process.h"
#include "engine/vm/screenshot.h"
#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

// libvirt itself gives up after 30 s where a domain is busy with something else.
constexpr auto kCallLimit = 60s;
// Ending: SIGTERM, after 10 s SIGKILL, and some more for what the kernel has to free.
constexpr auto kDestroyLimit = 40s;
constexpr auto kIdleLimit = 10s;

const char* pauseReason(int reason) {
    switch (reason) {
        case VIR_DOMAIN_PAUSED_IOERROR:
            return "a disk I/O error, or no space on the device";
        case VIR_DOMAIN_PAUSED_CRASHED:
            return "the guest's kernel panicked";
        case VIR_DOMAIN_PAUSED_SHUTTING_DOWN:
            return "it shuts down";
        case VIR_DOMAIN_PAUSED_STARTING_UP:
            return "it starts";
        default:
            return "";
    }
}

Result<void> done(int result, const std::string& action) {
    if (result < 0) return libvirtError(action);
    return {};
}

}  // namespace

DomainStatus statusOf(int state, int reason) {
    switch (state) {
        case VIR_DOMAIN_PAUSED:
        case VIR_DOMAIN_PMSUSPENDED:
            return {DomainState::paused, pauseReason(reason)};
        case VIR_DOMAIN_SHUTOFF:
            return reason == VIR_DOMAIN_SHUTOFF_CRASHED || reason == VIR_DOMAIN_SHUTOFF_FAILED
                       ? DomainStatus{DomainState::crashed, "QEMU ended unexpectedly"}
                       : DomainStatus{DomainState::shutOff, ""};
        case VIR_DOMAIN_CRASHED:
            return {DomainState::crashed, "the guest's kernel panicked"};
        default:
            return {DomainState::running, ""};
    }
}

LibvirtDomain::LibvirtDomain(std::shared_ptr<LibvirtConnection> connection, DomainHandle handle,
                             Identity identity)
    : m_connection(std::move(connection)),
      m_handle(std::move(handle)),
      m_identity(std::move(identity)) {}

LibvirtDomain::~LibvirtDomain() {
    // Nobody is left to hear of a failure; the start-up sweep (survivors) tries again.
    if (!m_keep) static_cast<void>(destroy());
    m_calls.waitUntilIdle(kIdleLimit);
    m_connection->ends().forget(m_identity.uuid);
}

std::string LibvirtDomain::label(const std::string& what) const {
    return what + " VM " + m_identity.name;
}

Result<DomainHandle> LibvirtDomain::handle(std::stop_token stop) {
    {
        const std::lock_guard lock(m_mutex);
        if (virConnectIsAlive(virDomainGetConnect(m_handle.get())) != 0) return m_handle;
    }
    DomainHandle found = TRY(m_calls.run(
        [connection = m_connection, uuid = m_identity.uuid,
         action = label("cannot find")]() -> Result<DomainHandle> {
            TRY(connection->mend());
            DomainHandle next =
                ownDomain(virDomainLookupByUUIDString(connection->get(), uuid.c_str()));
            if (!next) return libvirtError(action);
            return next;
        },
        label("finding"), kCallLimit, std::move(stop)));
    const std::lock_guard lock(m_mutex);
    m_handle = found;
    return found;
}

template <typename Call>
std::invoke_result_t<Call, virDomainPtr> LibvirtDomain::run(Call call, const std::string& what,
                                                            std::stop_token stop) {
    DomainHandle handle = TRY(this->handle(stop));
    return m_calls.run([connection = m_connection, handle = std::move(handle),
                        call = std::move(call)] { return call(handle.get()); },
                       label(what), kCallLimit, std::move(stop));
}

Result<void> LibvirtDomain::connectSerial() {
    if (m_identity.runDirectory.empty()) return {};
    const RunFiles files{m_identity.runDirectory};
    m_serial = TRY(SerialConsole::connect(files.serialSocket(), files.serialLog()));
    return {};
}

Result<DomainStatus> LibvirtDomain::status() {
    Result<DomainStatus> status = askStatus();
    // libvirt's daemon may have gone with the question; the next one has the answer.
    if (!status && status.error().code == ErrorCode::unavailable) status = askStatus();
    return status;
}

Result<DomainStatus> LibvirtDomain::askStatus() {
    // Transient domains vanish when they end; only the event tells how.
    if (auto end = m_connection->ends().wait(m_identity.uuid, 0ms, {})) return *end;
    const Result<DomainHandle> handle = this->handle({});
    if (!handle && handle.error().code != ErrorCode::notFound) return handle.error();
    if (handle) {
        int state = 0;
        int reason = 0;
        if (virDomainGetState(handle->get(), &state, &reason, 0) == 0) {
            return statusOf(state, reason);
        }
        const LibvirtFailure failure = lastLibvirtFailure();
        if (failure.code != VIR_ERR_NO_DOMAIN) return toError(failure, label("cannot examine"));
    }
    if (auto end = m_connection->ends().wait(m_identity.uuid, 500ms, {})) return *end;
    return DomainStatus{DomainState::shutOff, "it ended while nobody watched"};
}

Result<void> LibvirtDomain::suspend(std::stop_token stop) {
    return run([action = label("cannot pause")](
                   virDomainPtr d) { return done(virDomainSuspend(d), action); },
               "pausing", std::move(stop));
}

Result<void> LibvirtDomain::resume(std::stop_token stop) {
    if (TRY(status()).state == DomainState::running) return {};
    return run([action = label("cannot continue")](
                   virDomainPtr d) { return done(virDomainResume(d), action); },
               "continuing", std::move(stop));
}

Result<void> LibvirtDomain::destroy() {
    Result<DomainHandle> known = handle({});
    if (!known) {  // libvirt has gone, or knows nothing of it any more
        const std::optional<QemuProcess> process = findQemuProcess(m_identity.uuid);
        return process ? endQemu(*process, kDestroyLimit) : Result<void>();
    }
    const auto call = [connection = m_connection, handle = *std::move(known),
                       action = label("cannot end")]() -> Result<void> {
        if (virDomainDestroy(handle.get()) == 0) return {};
        const LibvirtFailure failure = lastLibvirtFailure();
        if (failure.code == VIR_ERR_NO_DOMAIN || failure.code == VIR_ERR_OPERATION_INVALID) {
            return {};
        }
        return toError(failure, action);
    };
    return m_calls.run(call, label("ending"), kDestroyLimit, {});
}

void LibvirtDomain::detach() {
    m_keep = true;
}

Result<DomainStatus> LibvirtDomain::waitForEnd(std::chrono::milliseconds limit,
                                               std::stop_token stop) {
    if (auto end = m_connection->ends().wait(m_identity.uuid, limit, stop)) return *end;
    if (stop.stop_requested()) {
        return Error{ErrorCode::cancelled, label("waiting for the end of") + " was cancelled"};
    }
    const DomainStatus now = TRY(status());
    if (now.ended()) return now;
    return Error{ErrorCode::timedOut, "VM " + m_identity.name + " has not ended yet"};
}

Result<Bytes> LibvirtDomain::captureState(std::stop_token stop) {
    const DomainStatus now = TRY(status());
    if (now.state != DomainState::paused) {
        return Error{ErrorCode::failed, "VM " + m_identity.name +
                                            " must be paused to be captured, but is " +
                                            toString(now.state)};
    }
    const Bytes raw =
        TRY(run([stop](virDomainPtr d) { return captureDeviceState(d, stop); }, "capturing", stop));
    return stripIgnoreShared(raw);
}

Result<Fd> LibvirtDomain::startStream(std::stop_token stop) {
    return run([](virDomainPtr d) { return cloudlet::startStream(d); }, "streaming",
               std::move(stop));
}

Result<StreamPhase> LibvirtDomain::streamPhase(std::stop_token stop) {
    return run([](virDomainPtr d) { return cloudlet::streamPhase(d); }, "asking for the stream of",
               std::move(stop));
}

Result<void> LibvirtDomain::cancelStream() {
    return run([](virDomainPtr d) { return cloudlet::cancelStream(d); }, "ending the stream of",
               {});
}

Result<void> LibvirtDomain::ejectCdrom(std::stop_token stop) {
    constexpr const char* kEmpty =
        "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
        "<target dev='sda' bus='sata'/><readonly/></disk>";
    constexpr unsigned kFlags = unsigned{VIR_DOMAIN_AFFECT_LIVE} | VIR_DOMAIN_DEVICE_MODIFY_FORCE;
    return run(
        [action = label("cannot eject the CD-ROM of")](virDomainPtr d) {
            return done(virDomainUpdateDeviceFlags(d, kEmpty, kFlags), action);
        },
        "ejecting the CD-ROM of", std::move(stop));
}

Result<PortForward> LibvirtDomain::addForward(const PortForward& forward, std::stop_token stop) {
    return run([forward, address = m_connection->network().forwardAddress](
                   virDomainPtr d) { return addHostForward(d, forward, address); },
               "adding a port forward to", std::move(stop));
}

Result<void> LibvirtDomain::removeForward(const PortForward& forward, std::stop_token stop) {
    return run([forward, address = m_connection->network().forwardAddress](
                   virDomainPtr d) { return removeHostForward(d, forward, address); },
               "removing a port forward from", std::move(stop));
}

Result<std::vector<PortForward>> LibvirtDomain::forwards(std::stop_token stop) {
    return run([](virDomainPtr d) { return hostForwards(d); }, "reading the port forwards of",
               std::move(stop));
}

Result<ConnectionState> LibvirtDomain::connectionState(std::uint16_t hostPort,
                                                       std::stop_token stop) {
    return run([hostPort](virDomainPtr d) { return hostConnection(d, hostPort); },
               "reading the connections of", std::move(stop));
}

std::filesystem::path LibvirtDomain::consoleAddress() const {
    return RunFiles{m_identity.runDirectory}.consoleSocket();
}

Result<Fd> LibvirtDomain::openConsole(std::stop_token stop) {
    return run(
        [action = label("cannot open the console of")](virDomainPtr d) -> Result<Fd> {
            Fd fd(virDomainOpenGraphicsFD(d, 0, VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH));
            if (!fd) return libvirtError(action);
            return fd;
        },
        "opening the console of", std::move(stop));
}

Result<Bytes> LibvirtDomain::screenshot(std::stop_token stop) {
    return run([](virDomainPtr d) { return takeScreenshot(d); }, "taking a picture of",
               std::move(stop));
}

Result<void> LibvirtDomain::sendKeys(const std::vector<unsigned>& codes, std::stop_token stop) {
    constexpr unsigned kHoldMs = 50;
    return run(
        [codes, action = label("cannot press keys of")](virDomainPtr d) {
            std::vector<unsigned> copy = codes;  // libvirt wants it writable
            return done(virDomainSendKey(d, VIR_KEYCODE_SET_LINUX, kHoldMs, copy.data(),
                                         static_cast<int>(copy.size()), 0),
                        action);
        },
        "pressing keys of", std::move(stop));
}

std::string LibvirtDomain::serialOutput() const {
    return m_serial ? m_serial->output() : std::string();
}

Result<void> LibvirtDomain::waitForSerial(const std::string& text, std::chrono::milliseconds limit,
                                          std::stop_token stop) {
    if (!m_serial) return Error{ErrorCode::unavailable, label("no serial port of") + " is known"};
    return m_serial->waitFor(text, limit, std::move(stop));
}

Result<std::string> LibvirtDomain::agentCommand(const std::string& command,
                                                std::chrono::seconds limit, std::stop_token stop) {
    return run(
        [command, seconds = static_cast<int>(limit.count()),
         action = label("the guest agent of")](virDomainPtr d) -> Result<std::string> {
            const LibvirtText reply(virDomainQemuAgentCommand(d, command.c_str(), seconds, 0));
            if (!reply) return libvirtError(action + " does not do it");
            return std::string(reply.get());
        },
        "asking the guest agent of", std::move(stop));
}

}  // namespace cloudlet
