// What runs virtual machines, seen by the jobs. Behind it is libvirt (libvirt_hypervisor.cpp).
//
// Which libvirt: HypervisorOptions::uri if given; else $CLOUDLET_LIBVIRT_URI; else for root the
// embedded driver (no daemon), for anybody else qemu:///session, and the embedded driver if that
// has no daemon. libvirt allows a process one embedded root, and either embed or session, until
// the process ends.
//
// Everything that blocks takes a stop token and returns `cancelled` within two seconds of it.
// Any thread; several at once.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/vm/domain.h"
#include "engine/vm/domain_plan.h"

namespace cloudlet {

struct HypervisorOptions {
    std::string uri;                  // empty: chosen as above
    std::filesystem::path embedRoot;  // an existing root to take over (survivors()); usually empty
    GuestNetwork network;             // of all VMs that it starts
    std::filesystem::path logFile;    // of libvirt's warnings; empty: in the runtime directory
};

struct DomainSummary {
    std::string name;
    std::string uuid;
    DomainStatus status;
    std::filesystem::path runDirectory;  // empty: not a domain of this program
};

enum class Start { running, paused };

class Hypervisor {
public:
    // The first call ever takes up to ten seconds, as libvirt looks at QEMU; what it finds is
    // kept in the cache directory. Errors: unavailable, permission, inUse (the embedded root
    // belongs to a living process), each with its remedy.
    static Result<std::unique_ptr<Hypervisor>> open(const HypervisorOptions& options,
                                                    std::stop_token stop = {});
    virtual ~Hypervisor() = default;

    virtual std::string uri() const = 0;
    virtual std::string qemuVersion() const = 0;  // "7.2.22"
    // Versioned types and aliases that QEMU has.
    virtual Result<std::vector<std::string>> machineTypes(std::stop_token stop = {}) = 0;
    // Whether a state saved on `machine` can run here: accelerator, machine type, CPU model, QEMU
    // version, memory. Errors: incompatible, with the reason and the remedy.
    virtual Result<void> checkMachine(const MachineSpec& machine, std::stop_token stop = {}) = 0;

    // Starts a machine from its disk. plan.machine.qemuVersion may be empty. Makes plan.memory
    // if it is missing. Errors: incompatible, invalid, failed, cancelled.
    virtual Result<std::unique_ptr<Domain>> boot(const DomainPlan& plan,
                                                 Start start = Start::running,
                                                 std::stop_token stop = {}) = 0;
    // Restores `state` (plain, see state_stream.h) over plan.memory and plan.disk, which must be
    // of the same moment: nobody checks that here. Returns when the guest runs, which takes as
    // long as the reads from plan.memory that the load needs. A failed resume has perhaps
    // written to shared memory. Errors: as boot.
    virtual Result<std::unique_ptr<Domain>> resume(const DomainPlan& plan, ByteView state,
                                                   Start start = Start::running,
                                                   std::stop_token stop = {}) = 0;
    // A running domain by name or UUID. The returned object owns it as if it had started it.
    // Errors: notFound.
    virtual Result<std::unique_ptr<Domain>> find(const std::string& nameOrUuid,
                                                 std::stop_token stop = {}) = 0;
    virtual Result<std::vector<DomainSummary>> list(std::stop_token stop = {}) = 0;
};

}  // namespace cloudlet
