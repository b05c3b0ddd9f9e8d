#include "engine/jobs/examine_host.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/confine.h"
#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/base/process.h"
#include "engine/mount/mount.h"
#include "engine/vm/accelerator.h"

namespace cloudlet {

namespace {

using State = HostFinding::State;

constexpr const char* kLibvirtDaemon = "/usr/sbin/libvirtd";
constexpr std::uint64_t kComfortableBytes = std::uint64_t{10} << 30;
constexpr std::uint64_t kLeastBytes = std::uint64_t{3} << 30;  // a sample base and one VM of it

HostFinding examineAccelerator() {
    const AcceleratorReport report = probeAccelerator();
    if (report.best == Accelerator::kvm) return {State::good, "accelerator", report.sentence, ""};
    const std::string join = "sudo adduser $USER kvm";
    return {State::advice, "accelerator", report.sentence,
            "enable virtualisation in the firmware, and join the group kvm: " + join, join};
}

// A finding that packages mend.
HostFinding installable(State state, const char* subject, const std::string& text,
                        std::vector<std::string> packages) {
    const std::string command = fmt::format("sudo apt-get install {}", fmt::join(packages, " "));
    return {state, subject, text, command, command, std::move(packages)};
}

HostFinding examineProgram(const char* subject, const char* program, const char* package,
                           State ifMissing) {
    const Result<std::string> path = findProgram(program);
    if (path) return {State::good, subject, *path, ""};
    return installable(ifMissing, subject, path.error().message, {package});
}

HostFinding examineHypervisor(const std::function<std::string()>& openHypervisor) {
    const std::string problem = openHypervisor();
    if (problem.empty()) return {State::good, "libvirt", "the connection works", ""};
    HostFinding finding =
        installable(State::problem, "libvirt", problem,
                    {"libvirt-daemon", "libvirt-daemon-driver-qemu", "qemu-system-x86"});
    // Where its daemon is, something else is wrong that no package mends.
    std::error_code ignored;
    if (fs::exists(kLibvirtDaemon, ignored)) finding.packages.clear();
    return finding;
}

HostFinding examineFuse() {
    const Result<void> possible = checkMountPossible();
    if (possible) return {State::good, "FUSE", "file systems of one's own can be mounted", ""};
    const std::string command = "sudo apt-get install fuse3 && sudo modprobe fuse";
    return {State::problem, "FUSE", possible.error().message, command, command};
}

HostFinding examineConfinement() {
    const Result<void> works = checkConfinement();
    if (works) {
        return {State::good, "confinement", "what decodes overlays runs with a filter (seccomp)",
                ""};
    }
    return {State::advice, "confinement", works.error().message,
            "run a kernel with CONFIG_SECCOMP_FILTER, and allow seccomp(2) in a container"};
}

HostFinding examineSpace(const fs::path& root) {
    fs::path existing = root;
    std::error_code ignored;
    while (!fs::exists(existing, ignored) && existing.has_relative_path()) {
        existing = existing.parent_path();
    }
    const Result<std::uint64_t> free = freeSpace(existing);
    if (!free) return {State::problem, "disk space", free.error().message, "check --catalog"};
    const std::string text = fmt::format("{} free for {}", formatBytes(*free), root.string());
    if (*free >= kComfortableBytes) return {State::good, "disk space", text, ""};
    const State state = *free >= kLeastBytes ? State::advice : State::problem;
    return {state, "disk space", text, "free some space, or choose another place with --catalog"};
}

HostFinding examineCatalog(const fs::path& root) {
    std::error_code ignored;
    if (!fs::exists(root, ignored)) {
        return {State::good, "catalog", root.string() + " will be made when it is needed", ""};
    }
    if (::access(root.c_str(), R_OK | W_OK | X_OK) == 0) {
        return {State::good, "catalog", root.string(), ""};
    }
    return {State::problem, "catalog", systemError(errno, "write to", root).message,
            "choose another place with --catalog, or mend the folder's permissions"};
}

}  // namespace

std::vector<HostFinding> examineHost(const fs::path& catalogRoot,
                                     const std::function<std::string()>& openHypervisor) {
    return {
        examineAccelerator(),
        examineProgram("QEMU", "qemu-system-x86_64", "qemu-system-x86", State::problem),
        examineProgram("qemu-img", "qemu-img", "qemu-utils", State::advice),
        examineHypervisor(openHypervisor),
        examineFuse(),
        examineConfinement(),
        examineCatalog(catalogRoot),
        examineSpace(catalogRoot),
        examineProgram("sample base: mmdebstrap", "mmdebstrap", "mmdebstrap", State::advice),
        examineProgram("sample base: mke2fs", "mke2fs", "e2fsprogs", State::advice),
        examineProgram("sample base: grub-mkimage", "grub-mkimage", "grub-common", State::advice),
        examineProgram("sample base: newuidmap", "newuidmap", "uidmap", State::advice),
        examineProgram("console viewer", "remote-viewer", "virt-viewer", State::advice)};
}

}  // namespace cloudlet
