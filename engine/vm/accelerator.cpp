#include "engine/vm/accelerator.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <mutex>
#include <optional>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/xdg.h"
#include "engine/vm/kvm_probe.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr auto kProbeLimit = 250ms;  // hardware needs one
constexpr std::uint64_t kMostCache = 4096;

fs::path cacheFile() {
    return cacheDirectory() / "kvm-probe.json";
}

std::string firstLine(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// The flags of the first processor speak for all. Other architectures have no such flag.
bool cpuLacksVirtualization() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("flags")) continue;
        line += ' ';
        return line.find(" vmx ") == std::string::npos && line.find(" svm ") == std::string::npos;
    }
    return false;
}

std::optional<KvmProbe> remembered(const std::string& bootId) {
    const Result<Bytes> text = readWholeFile(cacheFile(), kMostCache);
    if (!text) return std::nullopt;
    const Result<json::Object> object = json::parseObject(asText(*text), "the KVM probe's cache");
    if (!object) return std::nullopt;
    const Result<std::string> boot = json::string(*object, "bootId");
    const Result<bool> works = json::boolean(*object, "works");
    const Result<std::string> reason = json::string(*object, "reason");
    if (!boot || !works || !reason || *boot != bootId) return std::nullopt;
    return KvmProbe{*works, *reason};
}

// Not to remember costs the next program a quarter of a second, no more.
void remember(const std::string& bootId, const KvmProbe& probe) {
    if (!makeDirectories(cacheDirectory())) return;
    const json::Object object{{"bootId", bootId}, {"works", probe.works}, {"reason", probe.reason}};
    static_cast<void>(writeWholeFile(cacheFile(), asBytes(json::serialize(object))));
}

AcceleratorReport withoutKvm(const std::string& reason, const std::string& remedy) {
    std::string sentence = "KVM is not usable: " + reason + "; guests run under TCG, slower";
    if (!remedy.empty()) sentence += " (" + remedy + ")";
    return {Accelerator::tcg, sentence};
}

}  // namespace

AcceleratorReport probeAccelerator(const fs::path& device) {
    static std::mutex mutex;  // one probe at a time in this process
    const std::lock_guard lock(mutex);
    const Fd opened(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    if (!opened) {
        if (errno == EACCES || errno == EPERM) {
            return withoutKvm("no permission to open " + device.string(),
                              "add yourself to the group \"kvm\" and log in again");
        }
        return withoutKvm("there is no " + device.string(),
                          "load the module kvm_intel or kvm_amd, or switch virtualisation on in "
                          "the firmware");
    }
    if (cpuLacksVirtualization()) {
        return withoutKvm(
            "the CPU shows no hardware virtualisation (vmx or svm), so that "
            "/dev/kvm is at best an emulation",
            "");
    }
    const std::string bootId = firstLine("/proc/sys/kernel/random/boot_id");
    std::optional<KvmProbe> probe = remembered(bootId);
    if (!probe) {
        probe = runKvmProbe(kProbeLimit);
        remember(bootId, *probe);
    }
    if (!probe->works) return withoutKvm(probe->reason, "");
    return {Accelerator::kvm, "KVM works"};
}

}  // namespace cloudlet
