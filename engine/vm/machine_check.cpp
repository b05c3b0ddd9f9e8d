#include "engine/vm/machine_check.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/vm/accelerator.h"
#include "engine/vm/capabilities_xml.h"

namespace cloudlet {

namespace {

Error incompatible(const std::string& reason, const std::string& remedy) {
    return {ErrorCode::incompatible, reason + "; " + remedy};
}

// Takes the leading number off; 0 if there is none.
int takeNumber(std::string_view& text) {
    int number = 0;
    const char* end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return number;
}

}  // namespace

int compareVersions(std::string_view left, std::string_view right) {
    while (!left.empty() || !right.empty()) {
        const int l = takeNumber(left);
        const int r = takeNumber(right);
        if (l != r) return l < r ? -1 : 1;
    }
    return 0;
}

Result<void> checkMachineBasics(const MachineSpec& machine, const HostOffer& offer) {
    if (compareVersions(offer.qemuVersion, machine.qemuVersion) < 0) {
        return incompatible("the VM was saved by QEMU " + machine.qemuVersion +
                                ", this host has the older " + offer.qemuVersion,
                            "update QEMU here, or make the base VM with the older one");
    }
    if (std::ranges::find(offer.machineTypes, machine.machineType) == offer.machineTypes.end()) {
        return incompatible(
            "QEMU " + offer.qemuVersion + " has no machine type " + machine.machineType,
            "the base VM must be made again with a type that it has");
    }
    if (machine.memoryBytes > offer.memoryBytes) {
        return incompatible("the VM has " + formatBytes(machine.memoryBytes) +
                                " of memory, this host has " + formatBytes(offer.memoryBytes),
                            "run it on a larger host");
    }
    if (machine.accelerator == Accelerator::kvm) {
        const AcceleratorReport report = probeAccelerator();
        if (report.best != Accelerator::kvm) {
            return incompatible(
                "the VM was saved under KVM, which this host cannot use (" + report.sentence + ")",
                "run it on a host with KVM, or use a base VM made under TCG");
        }
    }
    return {};
}

Result<void> checkMachineCpu(const MachineSpec& machine, const HostOffer& offer) {
    switch (parseCpuUse(offer.domainCapabilities, machine.cpuModel)) {
        case CpuUse::usable:
            return {};
        case CpuUse::unusable:
            return incompatible(
                "this host cannot provide the CPU model " + machine.cpuModel + " under " +
                    toString(machine.accelerator),
                "run the VM on a host that can, or use a base VM of an older CPU model");
        case CpuUse::unknownModel:
            break;
    }
    return incompatible("libvirt and QEMU here know no CPU model " + machine.cpuModel,
                        "update them, or use a base VM of another CPU model");
}

Result<std::uint64_t> hostMemory() {
    struct sysinfo info {};
    if (::sysinfo(&info) != 0) return systemError(errno, "read the memory size of", "this host");
    return std::uint64_t{info.totalram} * info.mem_unit;
}

}  // namespace cloudlet
