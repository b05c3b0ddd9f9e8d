#include "engine/image/machine_spec.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace cloudlet {

namespace {

constexpr std::uint32_t kMostVcpus = 64;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;
constexpr std::uint64_t kMiB = 1 << 20;

Error badField(const std::string& field, const std::string& rule) {
    return {ErrorCode::corrupt, "machine field \"" + field + "\" must be " + rule};
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool consistsOf(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

// Numbers of one to three digits with dots between them.
bool isVersion(std::string_view text, std::size_t fewest, std::size_t most) {
    std::size_t numbers = 0;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view number = text.substr(0, dot);
        if (number.empty() || number.size() > 3 || !consistsOf(number, kDigits)) return false;
        ++numbers;
        if (dot == std::string_view::npos) break;
        text.remove_prefix(dot + 1);
    }
    return numbers >= fewest && numbers <= most;
}

bool isMachineType(std::string_view text) {
    for (const std::string_view chipset : {"pc-q35-", "pc-i440fx-"}) {
        if (text.starts_with(chipset)) return isVersion(text.substr(chipset.size()), 2, 2);
    }
    return false;
}

bool isCpuModel(std::string_view text) {
    if (text.empty() || text.size() > 64 || text == "host" || text == "max") return false;
    const std::string alphanumeric = std::string(kLetters) + std::string(kDigits);
    return consistsOf(text.substr(0, 1), alphanumeric) && consistsOf(text, alphanumeric + "._-");
}

// Six pairs of lower-case digits; the lowest bit of the first is 0: not a group of stations.
bool isUnicastMac(std::string_view text) {
    if (text.size() != 17) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view allowed = i % 3 == 2 ? ":"
                                         : i == 1   ? "02468ace"
                                                    : "0123456789abcdef";
        if (allowed.find(text[i]) == std::string_view::npos) return false;
    }
    return true;
}

}  // namespace

const char* toString(Accelerator accelerator) {
    return accelerator == Accelerator::kvm ? "kvm" : "tcg";
}

Result<void> MachineSpec::validate() const {
    if (!isMachineType(machineType)) {
        return badField("machineType", "a versioned PC type such as pc-q35-7.2");
    }
    if (!isCpuModel(cpuModel)) {
        return badField("cpuModel", "a named CPU model such as Nehalem");
    }
    if (vcpus < 1 || vcpus > kMostVcpus) return badField("vcpus", "between 1 and 64");
    if (memoryBytes < 16 * kMiB || memoryBytes > kMostMemory || memoryBytes % kMiB != 0) {
        return badField("memoryBytes", "a multiple of 1 MiB between 16 MiB and 1 TiB");
    }
    if (!isVersion(qemuVersion, 2, 4)) {
        return badField("qemuVersion", "a version such as 7.2.22");
    }
    if (network != "user") return badField("network", "\"user\", the only kind known");
    if (!isUnicastMac(mac)) {
        return badField("mac", "a unicast Ethernet address in lower case");
    }
    return {};
}

json::Object MachineSpec::toJson() const {
    return {{"machineType", machineType},
            {"cpuModel", cpuModel},
            {"vcpus", vcpus},
            {"memoryBytes", memoryBytes},
            {"accelerator", toString(accelerator)},
            {"qemuVersion", qemuVersion},
            {"network", network},
            {"mac", mac}};
}

Result<MachineSpec> MachineSpec::fromJson(const json::Object& object) {
    MachineSpec spec;
    spec.machineType = TRY(json::string(object, "machineType"));
    spec.cpuModel = TRY(json::string(object, "cpuModel"));
    spec.vcpus = static_cast<std::uint32_t>(TRY(json::number(object, "vcpus", kMostVcpus)));
    spec.memoryBytes = TRY(json::number(object, "memoryBytes", kMostMemory));
    const std::string accelerator = TRY(json::string(object, "accelerator"));
    if (accelerator != "tcg" && accelerator != "kvm") {
        return badField("accelerator", "\"tcg\" or \"kvm\"");
    }
    spec.accelerator = accelerator == "kvm" ? Accelerator::kvm : Accelerator::tcg;
    spec.qemuVersion = TRY(json::string(object, "qemuVersion"));
    spec.network = TRY(json::string(object, "network"));
    spec.mac = TRY(json::string(object, "mac"));
    TRY(spec.validate());
    return spec;
}

}  // namespace cloudlet
