// Runs a real guest under KVM for a moment. That /dev/kvm opens says little: there are hosts
// where it is a software emulation that enters a guest and then takes minutes for what should
// take a millisecond. Any thread.
#pragma once

#include <chrono>
#include <string>

namespace cloudlet {

struct KvmProbe {
    bool works = false;
    std::string reason;  // if it does not: "the guest did not finish within 250 ms"
};

// A child process enters long mode through KVM, counts down from a million, writes to a port and
// halts; hardware needs about a millisecond. The child is killed at the limit.
KvmProbe runKvmProbe(std::chrono::milliseconds limit);

}  // namespace cloudlet
