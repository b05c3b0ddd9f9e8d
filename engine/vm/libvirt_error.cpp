#include "engine/vm/libvirt_error.h"

#include <libvirt/virterror.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::size_t kLongestMessage = 600;  // QEMU's own lines come along

struct Rule {
    std::string_view fragment;  // of the message
    ErrorCode code;
    std::string_view remedy;
};

// What QEMU and libvirt say in words. The first that fits counts.
constexpr std::array kRules = {
    Rule{"Machine type received is", ErrorCode::incompatible,
         "the state is of another machine type"},
    Rule{"Size mismatch", ErrorCode::incompatible, "the state is of a VM with other memory"},
    Rule{"Length mismatch", ErrorCode::incompatible, "the state is of a VM with other memory"},
    Rule{"Unknown savevm section", ErrorCode::incompatible,
         "the state is of a VM with other devices"},
    Rule{"Unknown ramblock", ErrorCode::incompatible, "the state is of a VM with other devices"},
    Rule{"error while loading state", ErrorCode::incompatible,
         "the state does not fit this QEMU or these devices"},
    Rule{"load of migration failed", ErrorCode::incompatible,
         "the state does not fit this QEMU or these devices"},
    Rule{"Could not access KVM kernel module: Permission denied", ErrorCode::permission,
         "add yourself to the group \"kvm\" and log in again"},
    Rule{"Failed to parse user", ErrorCode::unavailable,
         "install libvirt-daemon-system, or create the system user and group that it names"},
    Rule{"Failed to parse group", ErrorCode::unavailable,
         "install libvirt-daemon-system, or create the system user and group that it names"},
    Rule{"/dev/kvm", ErrorCode::unavailable, "run \"cloudlet doctor\" about the accelerator"},
    Rule{"Failed to acquire pid file", ErrorCode::inUse,
         "another process uses this libvirt root; let it end first"},
    Rule{"already exists with uuid", ErrorCode::exists, "end that VM first"},
    Rule{"is already active", ErrorCode::exists, "end that VM first"},
    Rule{"Cannot check QEMU binary", ErrorCode::unavailable,
         "install qemu-system-x86, or mend the emulator's path"},
    Rule{"Cannot find QEMU binary", ErrorCode::unavailable, "install qemu-system-x86"},
    Rule{"Cannot find suitable emulator", ErrorCode::unavailable, "install qemu-system-x86"},
    Rule{"Unable to find any emulator", ErrorCode::unavailable, "install qemu-system-x86"},
    Rule{"No space left on device", ErrorCode::noSpace, "free some space"},
    Rule{"Permission denied", ErrorCode::permission,
         "the user that runs QEMU must be able to read and write the VM's files"},
};

// QEMU's own lines as one, without its name and the time before each.
std::string oneLine(const std::string& message) {
    constexpr std::string_view kName = "qemu-system-x86_64: ";
    constexpr std::size_t kTime = std::string_view("2026-11-22T16:34:35.608304Z ").size();
    std::string text = message;
    for (std::size_t at = 0; (at = text.find(kName, at)) != std::string::npos;) {
        const bool timed = at >= kTime && text[at - 2] == 'Z' && text[at - kTime + 4] == '-';
        const std::size_t begin = timed ? at - kTime : at;
        text.erase(begin, at + kName.size() - begin);
        at = begin;
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
        text.replace(at, 1, ", ");
    }
    return escapeForTerminal(text, kLongestMessage);
}

Error withRemedy(ErrorCode code, const std::string& action, const LibvirtFailure& failure,
                 std::string_view remedy) {
    std::string message = action + ": " + oneLine(failure.message);
    if (!remedy.empty()) message += "; " + std::string(remedy);
    return {code, message};
}

std::optional<Error> byCode(const LibvirtFailure& failure, const std::string& action) {
    switch (failure.code) {
        case VIR_ERR_NO_CONNECT:
            return withRemedy(ErrorCode::unavailable, action, failure,
                              "install libvirt-daemon-driver-qemu");
        case VIR_ERR_NO_DOMAIN:
            return withRemedy(ErrorCode::notFound, action, failure, "");
        case VIR_ERR_DOM_EXIST:
            return withRemedy(ErrorCode::exists, action, failure, "end that VM first");
        case VIR_ERR_AGENT_UNRESPONSIVE:
            return withRemedy(ErrorCode::unavailable, action, failure,
                              "the guest needs a running qemu-guest-agent");
        case VIR_ERR_OPERATION_TIMEOUT:
            return withRemedy(ErrorCode::timedOut, action, failure, "");
        case VIR_ERR_AUTH_FAILED:
        case VIR_ERR_AUTH_CANCELLED:
        case VIR_ERR_AUTH_UNAVAILABLE:
        case VIR_ERR_ACCESS_DENIED:
        case VIR_ERR_OPERATION_DENIED:
            return withRemedy(ErrorCode::permission, action, failure,
                              "use qemu:///session, or join the group \"libvirt\"");
        default:
            return std::nullopt;
    }
}

}  // namespace

LibvirtFailure lastLibvirtFailure() {
    const virErrorPtr error = virGetLastError();
    if (error == nullptr) return {0, 0, "unknown error"};
    return {error->code, error->domain, error->message != nullptr ? error->message : ""};
}

bool isDaemonMissing(const LibvirtFailure& failure) {
    return failure.code == VIR_ERR_SYSTEM_ERROR && failure.domain == VIR_FROM_RPC;
}

Error toError(const LibvirtFailure& failure, const std::string& action) {
    if (failure.domain == VIR_FROM_POLKIT) {
        return withRemedy(ErrorCode::permission, action, failure,
                          "use qemu:///session, or join the group \"libvirt\"");
    }
    if (isDaemonMissing(failure)) {
        return withRemedy(ErrorCode::unavailable, action, failure,
                          "libvirtd does not run; install libvirt-daemon-system or start it");
    }
    if (failure.domain == VIR_FROM_RPC && failure.code == VIR_ERR_INTERNAL_ERROR) {
        return withRemedy(ErrorCode::unavailable, action, failure,
                          "libvirt's daemon has ended meanwhile; try again");
    }
    if (std::optional<Error> error = byCode(failure, action)) return *std::move(error);
    const auto rule = std::ranges::find_if(kRules, [&](const Rule& r) {
        return failure.message.find(r.fragment) != std::string::npos;
    });
    if (rule != kRules.end()) return withRemedy(rule->code, action, failure, rule->remedy);
    return withRemedy(ErrorCode::failed, action, failure, "");
}

Error libvirtError(const std::string& action) {
    return toError(lastLibvirtFailure(), action);
}

}  // namespace cloudlet
