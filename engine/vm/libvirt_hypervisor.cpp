// Hypervisor by libvirt.
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <type_traits>

#include "engine/base/file.h"
#include "engine/vm/capabilities_xml.h"
#include "engine/vm/domain_start.h"
#include "engine/vm/first_processor.h"
#include "engine/vm/libvirt_domain.h"
#include "engine/vm/libvirt_error.h"
#include "engine/vm/machine_check.h"
#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kCallLimit = 60s;
// A job checks the machine before it begins, and the start that follows need not do it again.
constexpr auto kCheckHolds = 10s;

class LibvirtHypervisor final : public Hypervisor {
public:
    explicit LibvirtHypervisor(std::shared_ptr<LibvirtConnection> connection)
        : m_connection(std::move(connection)) {}
    ~LibvirtHypervisor() override { m_calls.waitUntilIdle(10s); }

    std::string uri() const override { return m_connection->uri(); }
    std::string qemuVersion() const override { return m_connection->qemuVersion(); }
    Result<std::vector<std::string>> machineTypes(std::stop_token stop) override;
    Result<void> checkMachine(const MachineSpec& machine, std::stop_token stop) override;
    Result<std::unique_ptr<Domain>> boot(const DomainPlan& plan, Start start,
                                         std::stop_token stop) override;
    Result<std::unique_ptr<Domain>> resume(const DomainPlan& plan, ByteView state, Start start,
                                           std::stop_token stop) override;
    Result<std::unique_ptr<Domain>> find(const std::string& nameOrUuid,
                                         std::stop_token stop) override;
    Result<std::vector<DomainSummary>> list(std::stop_token stop) override;

private:
    // `call` is given the shared connection.
    template <typename Call>
    auto run(Call call, const std::string& what, std::stop_token stop) {
        return m_calls.run(
            [connection = m_connection,
             call = std::move(call)]() -> std::invoke_result_t<Call, LibvirtConnection&> {
                stayOnFirstProcessor();
                TRY(connection->mend());
                return call(*connection);
            },
            what, kCallLimit, std::move(stop));
    }

    bool wasCheckedJustNow(const MachineSpec& machine) const;

    std::shared_ptr<LibvirtConnection> m_connection;
    mutable std::mutex m_mutex;  // guards the two below
    MachineSpec m_checked;       // the last that can run here
    std::optional<std::chrono::steady_clock::time_point> m_checkedAt;
    BlockingCalls m_calls;
};

bool LibvirtHypervisor::wasCheckedJustNow(const MachineSpec& machine) const {
    const std::lock_guard lock(m_mutex);
    return m_checkedAt && machine == m_checked &&
           std::chrono::steady_clock::now() - *m_checkedAt < kCheckHolds;
}

std::string runDirectoryOf(virDomainPtr domain) {
    const LibvirtText text(
        virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_DESCRIPTION, nullptr, 0));
    return text && text.get()[0] == '/' ? text.get() : "";
}

std::string uuidOf(virDomainPtr domain) {
    char uuid[VIR_UUID_STRING_BUFLEN] = {};
    virDomainGetUUIDString(domain, uuid);
    return uuid;
}

Result<std::vector<std::string>> LibvirtHypervisor::machineTypes(std::stop_token stop) {
    return run(
        [](LibvirtConnection& c) -> Result<std::vector<std::string>> {
            const LibvirtText text(virConnectGetCapabilities(c.get()));
            if (!text) return libvirtError("cannot read what the host offers");
            return parseMachineTypes(text.get());
        },
        "reading the machine types", std::move(stop));
}

Result<void> LibvirtHypervisor::checkMachine(const MachineSpec& machine, std::stop_token stop) {
    if (wasCheckedJustNow(machine)) return {};
    TRY(machine.validate());
    HostOffer offer;
    offer.qemuVersion = qemuVersion();
    offer.machineTypes = TRY(machineTypes(stop));
    offer.memoryBytes = TRY(hostMemory());
    TRY(checkMachineBasics(machine, offer));
    offer.domainCapabilities = TRY(run(
        [machine](LibvirtConnection& c) -> Result<std::string> {
            const LibvirtText text(virConnectGetDomainCapabilities(
                c.get(), nullptr, "x86_64", machine.machineType.c_str(),
                machine.accelerator == Accelerator::kvm ? "kvm" : "qemu", 0));
            if (!text) return libvirtError("cannot read what the host offers");
            return std::string(text.get());
        },
        "reading the CPU models", std::move(stop)));
    TRY(checkMachineCpu(machine, offer));
    const std::lock_guard lock(m_mutex);
    m_checked = machine;
    m_checkedAt = std::chrono::steady_clock::now();
    return {};
}

Result<std::unique_ptr<Domain>> LibvirtHypervisor::boot(const DomainPlan& plan, Start start,
                                                        std::stop_token stop) {
    DomainPlan complete = plan;
    if (complete.machine.qemuVersion.empty()) complete.machine.qemuVersion = qemuVersion();
    TRY(complete.validate());
    TRY(checkMachine(complete.machine, stop));
    if (!fs::exists(plan.memory)) {
        File memory = TRY(File::open(plan.memory, File::Mode::createNew));
        TRY(memory.resize(plan.machine.memoryBytes));
    }
    return startDomain(m_connection, complete, {}, start, std::move(stop));
}

Result<std::unique_ptr<Domain>> LibvirtHypervisor::resume(const DomainPlan& plan, ByteView state,
                                                          Start start, std::stop_token stop) {
    TRY(plan.validate());
    TRY(checkState(state, plan.machine));
    TRY(checkMachine(plan.machine, stop));
    return startDomain(m_connection, plan, state, start, std::move(stop));
}

Result<std::unique_ptr<Domain>> LibvirtHypervisor::find(const std::string& nameOrUuid,
                                                        std::stop_token stop) {
    const DomainHandle handle = TRY(run(
        [nameOrUuid](LibvirtConnection& c) -> Result<DomainHandle> {
            DomainHandle found = ownDomain(
                isUuid(nameOrUuid) ? virDomainLookupByUUIDString(c.get(), nameOrUuid.c_str())
                                   : virDomainLookupByName(c.get(), nameOrUuid.c_str()));
            if (!found) return libvirtError("cannot find VM " + nameOrUuid);
            return found;
        },
        "looking for VM " + nameOrUuid, stop));
    LibvirtDomain::Identity identity{virDomainGetName(handle.get()), uuidOf(handle.get()),
                                     runDirectoryOf(handle.get())};
    m_connection->ends().watch(identity.uuid);
    auto domain = std::make_unique<LibvirtDomain>(m_connection, handle, std::move(identity));
    // The log of the serial port is a convenience; a VM is found without it too.
    static_cast<void>(domain->connectSerial());
    return std::unique_ptr<Domain>(std::move(domain));
}

Result<std::vector<DomainSummary>> LibvirtHypervisor::list(std::stop_token stop) {
    return run(
        [](LibvirtConnection& c) -> Result<std::vector<DomainSummary>> {
            virDomainPtr* domains = nullptr;
            const int count =
                virConnectListAllDomains(c.get(), &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
            if (count < 0) return libvirtError("cannot list the VMs");
            std::vector<DomainSummary> summaries;
            for (int i = 0; i < count; ++i) {
                const DomainHandle domain = ownDomain(domains[i]);
                int state = 0;
                int reason = 0;
                if (virDomainGetState(domain.get(), &state, &reason, 0) < 0) continue;  // gone
                summaries.push_back({virDomainGetName(domain.get()), uuidOf(domain.get()),
                                     statusOf(state, reason), runDirectoryOf(domain.get())});
            }
            std::free(domains);
            return summaries;
        },
        "listing the VMs", std::move(stop));
}

}  // namespace

Result<std::unique_ptr<Hypervisor>> Hypervisor::open(const HypervisorOptions& options,
                                                     std::stop_token stop) {
    auto connection = TRY(LibvirtConnection::open(options, std::move(stop)));
    return std::unique_ptr<Hypervisor>(std::make_unique<LibvirtHypervisor>(std::move(connection)));
}

}  // namespace cloudlet
