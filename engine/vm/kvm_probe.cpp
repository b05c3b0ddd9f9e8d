#include "engine/vm/kvm_probe.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>

#include "engine/base/fd.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The child's last word, its exit status.
enum Outcome : int { works = 0, openFailed, oldApi, setupFailed, runFailed, wrongExit };

constexpr std::uint32_t kTurns = 1'000'000;
constexpr std::uint8_t kPort = 0x10;
constexpr std::uint8_t kToken = 0x5a;
constexpr std::size_t kMemory = 0x10000;  // the guest's, from address 0
constexpr std::uint64_t kCode = 0x1000;
constexpr std::uint64_t kPageMap4 = 0x2000;
constexpr std::uint64_t kPageMap3 = 0x3000;
constexpr std::uint64_t kPageMap2 = 0x4000;

// mov ecx, kTurns; again: dec ecx; jnz again; mov al, kToken; out kPort, al; hlt
constexpr std::array<std::uint8_t, 14> kProgram = {0xb9,
                                                   kTurns & 0xff,
                                                   kTurns >> 8 & 0xff,
                                                   kTurns >> 16 & 0xff,
                                                   kTurns >> 24,
                                                   0xff,
                                                   0xc9,
                                                   0x75,
                                                   0xfc,
                                                   0xb0,
                                                   kToken,
                                                   0xe6,
                                                   kPort,
                                                   0xf4};

// All that follows up to runGuest runs in a child forked from a process with threads: system
// calls and the stack only, no heap.

void writeGuestMemory(std::uint8_t* memory) {
    std::memcpy(memory + kCode, kProgram.data(), kProgram.size());
    const auto entry = [&](std::uint64_t table, std::uint64_t value) {
        std::memcpy(memory + table, &value, sizeof value);
    };
    entry(kPageMap4, kPageMap3 | 0x3);  // present, writable
    entry(kPageMap3, kPageMap2 | 0x3);
    entry(kPageMap2, 0x83);  // the first 2 MiB, as one page
}

kvm_segment flatSegment(std::uint16_t selector, std::uint8_t type) {
    kvm_segment segment{};
    segment.limit = 0xffffffff;
    segment.selector = selector;
    segment.type = type;
    segment.present = 1;
    segment.s = 1;
    segment.g = 1;
    return segment;
}

bool enterLongMode(int vcpu) {
    kvm_sregs state{};
    if (::ioctl(vcpu, KVM_GET_SREGS, &state) < 0) return false;
    state.cr3 = kPageMap4;
    state.cr4 = 1 << 5;                 // physical address extension
    state.cr0 = 0x80050033;             // paging, protection
    state.efer = (1 << 8) | (1 << 10);  // long mode enabled and active
    state.cs = flatSegment(8, 11);
    state.cs.l = 1;
    state.ds = flatSegment(16, 3);
    state.ds.db = 1;
    state.es = state.fs = state.gs = state.ss = state.ds;
    kvm_regs registers{};
    registers.rip = kCode;
    registers.rflags = 2;
    registers.rsp = 0x8000;
    return ::ioctl(vcpu, KVM_SET_SREGS, &state) == 0 &&
           ::ioctl(vcpu, KVM_SET_REGS, &registers) == 0;
}

// As kvm_cpuid2, whose size in C++ is not the one in C (its flexible array stands in a struct
// with an empty member), so that the kernel's own macros give wrong ioctl numbers.
struct Cpuid {
    std::uint32_t count = 256;
    std::uint32_t padding = 0;
    kvm_cpuid_entry2 entries[256] = {};
};
constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, std::uint64_t);
constexpr unsigned long kSetCpuid2 = _IOW(KVMIO, 0x90, std::uint64_t);
static_assert(kGetSupportedCpuid == 0xc008ae05 && kSetCpuid2 == 0x4008ae90);

// Without it KVM refuses long mode.
bool copyCpuid(int kvm, int vcpu) {
    Cpuid cpuid;
    return ::ioctl(kvm, kGetSupportedCpuid, &cpuid) == 0 && ::ioctl(vcpu, kSetCpuid2, &cpuid) == 0;
}

Outcome runVcpu(int vcpu, const kvm_run* shared) {
    constexpr int kMostExits = 16;
    bool tokenSeen = false;
    for (int i = 0; i < kMostExits; ++i) {
        if (::ioctl(vcpu, KVM_RUN, 0) < 0) {
            if (errno == EINTR) continue;
            return runFailed;
        }
        if (shared->exit_reason == KVM_EXIT_IO) {
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(shared);
            tokenSeen = shared->io.port == kPort && bytes[shared->io.data_offset] == kToken;
        } else {
            return shared->exit_reason == KVM_EXIT_HLT && tokenSeen ? works : wrongExit;
        }
    }
    return wrongExit;
}

// Leaves everything open: the process ends next.
Outcome runGuest() {
    const int kvm = ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0) return openFailed;
    if (::ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) return oldApi;
    const int machine = ::ioctl(kvm, KVM_CREATE_VM, 0UL);
    void* memory =
        ::mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (machine < 0 || memory == MAP_FAILED) return setupFailed;
    writeGuestMemory(static_cast<std::uint8_t*>(memory));
    kvm_userspace_memory_region region{};
    region.memory_size = kMemory;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory);
    if (::ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) < 0) return setupFailed;
    const int vcpu = ::ioctl(machine, KVM_CREATE_VCPU, 0UL);
    const int sharedSize = ::ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (vcpu < 0 || sharedSize < static_cast<int>(sizeof(kvm_run))) return setupFailed;
    void* shared = ::mmap(nullptr, static_cast<std::size_t>(sharedSize), PROT_READ | PROT_WRITE,
                          MAP_SHARED, vcpu, 0);
    if (shared == MAP_FAILED || !copyCpuid(kvm, vcpu) || !enterLongMode(vcpu)) return setupFailed;
    return runVcpu(vcpu, static_cast<const kvm_run*>(shared));
}

std::string describe(int status) {
    if (!WIFEXITED(status)) return "the probe ended by signal " + std::to_string(WTERMSIG(status));
    switch (WEXITSTATUS(status)) {
        case works:
            return "";
        case openFailed:
            return "/dev/kvm cannot be opened";
        case oldApi:
            return "its interface is of an unknown version";
        case setupFailed:
            return "it does not let a VM be set up";
        default:
            return "a guest does not run as it should";
    }
}

}  // namespace

KvmProbe runKvmProbe(std::chrono::milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    const pid_t child = ::fork();
    if (child < 0) return {false, std::string("cannot start the probe: ") + std::strerror(errno)};
    if (child == 0) ::_exit(runGuest());
    int status = 0;
    while (true) {
        if (::waitpid(child, &status, WNOHANG) == child) break;
        if (Clock::now() >= deadline) {
            ::kill(child, SIGKILL);
            // Bounded: a vCPU stuck in the kernel may outlive the signal for a while, and its
            // zombie is the lesser evil.
            for (int i = 0; i < 200 && ::waitpid(child, &status, WNOHANG) == 0; ++i) {
                std::this_thread::sleep_for(1ms);
            }
            return {false, "a guest did not finish within " + std::to_string(limit.count()) +
                               " ms what "
                               "takes real hardware one"};
        }
        std::this_thread::sleep_for(500us);
    }
    const std::string reason = describe(status);
    return {reason.empty(), reason};
}

}  // namespace cloudlet
