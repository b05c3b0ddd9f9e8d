// Which accelerator guests should run under on this host. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "engine/image/machine_spec.h"

namespace cloudlet {

struct AcceleratorReport {
    Accelerator best = Accelerator::tcg;
    std::string sentence;  // for people: "KVM is not usable: ...; guests run under TCG, slower"
};

// Looks at /dev/kvm and the CPU each time; the run of a real guest (kvm_probe.h) that follows if
// these look well is made once per boot of the host and remembered in the cache directory.
// Takes a quarter of a second at most. Another `device` is for tests.
AcceleratorReport probeAccelerator(const std::filesystem::path& device = "/dev/kvm");

}  // namespace cloudlet
