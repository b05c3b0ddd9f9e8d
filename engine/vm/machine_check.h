// Whether a saved machine can run on this host, decided before it is restored: QEMU itself
// checks no CPU, and a wrong one hangs the guest without a word. Pure functions but hostMemory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/image/machine_spec.h"

namespace cloudlet {

struct HostOffer {
    std::string qemuVersion;
    std::vector<std::string> machineTypes;
    std::uint64_t memoryBytes = 0;
    std::string domainCapabilities;  // libvirt's XML for the machine type and accelerator
};

// QEMU version, machine type, memory, accelerator. Errors: incompatible.
Result<void> checkMachineBasics(const MachineSpec& machine, const HostOffer& offer);
// The CPU model. Errors: incompatible.
Result<void> checkMachineCpu(const MachineSpec& machine, const HostOffer& offer);

// Compares "7.2.22" and the like number by number: negative, zero or positive.
int compareVersions(std::string_view left, std::string_view right);

Result<std::uint64_t> hostMemory();

}  // namespace cloudlet
