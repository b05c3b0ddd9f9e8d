// The virtual machine as plain values, the only things about hardware that a base or an overlay
// may say. Everything else of a domain is made by this program. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace cloudlet {

// What executes the guest. A state saved under one is not loaded under the other.
enum class Accelerator : std::uint8_t { tcg, kvm };

const char* toString(Accelerator accelerator);  // "tcg", "kvm"

struct MachineSpec {
    std::string machineType = "pc-q35-7.2";  // always with its version: "q35" means another later
    std::string cpuModel = "Nehalem";        // fully emulated by TCG and an x86-64-v2 under KVM
    std::uint32_t vcpus = 1;
    std::uint64_t memoryBytes = 0;  // multiple of 1 MiB
    Accelerator accelerator = Accelerator::tcg;
    std::string qemuVersion;                // "7.2.22": of the QEMU that saved the device state
    std::string network = "user";           // the kind is part of the device state
    std::string mac = "52:54:00:12:34:56";  // kept: each VM has a network of its own

    bool operator==(const MachineSpec&) const = default;

    // Ranges and character sets of every field. Errors: corrupt, naming the field.
    Result<void> validate() const;
    json::Object toJson() const;
    // Validated. Errors: corrupt.
    static Result<MachineSpec> fromJson(const json::Object& object);
};

}  // namespace cloudlet
