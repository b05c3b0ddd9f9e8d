#include "app/cloudlet/options.h"

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <charconv>

namespace cloudlet {

Result<std::uint64_t> parseSize(const std::string& text) {
    const Error malformed{ErrorCode::invalid,
                          "\"" + text + "\" is not a size; write for example 512M or 2G"};
    std::uint64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc() || number == 0 || last - end > 1) return malformed;
    unsigned shift = 20;
    if (end != last) {
        switch (*end) {
            case 'K':
            case 'k':
                shift = 10;
                break;
            case 'M':
            case 'm':
                shift = 20;
                break;
            case 'G':
            case 'g':
                shift = 30;
                break;
            case 'T':
            case 't':
                shift = 40;
                break;
            default:
                return malformed;
        }
    }
    if (number > (UINT64_MAX >> shift)) return malformed;
    return number << shift;
}

Result<std::vector<PortForward>> parseForwards(const std::vector<std::string>& texts) {
    std::vector<PortForward> forwards;
    for (const std::string& text : texts) forwards.push_back(TRY(PortForward::parse(text)));
    return forwards;
}

Result<std::vector<PortForward>> parseRedirections(const std::vector<std::string>& arguments) {
    std::vector<PortForward> forwards;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        if (arguments[i] != "-redir" || i + 1 == arguments.size()) {
            return Error{ErrorCode::invalid,
                         "after -- only port forwards are understood, as -redir tcp:8080::80; \"" +
                             arguments[i] + "\" is not one"};
        }
        forwards.push_back(TRY(PortForward::parse(arguments[i + 1])));
    }
    return forwards;
}

std::filesystem::path absolutePath(const std::string& text) {
    std::error_code ignored;
    const std::filesystem::path path = std::filesystem::absolute(text, ignored);
    return ignored ? std::filesystem::path(text) : path.lexically_normal();
}

void addProfileOption(CLI::App& command, std::string& profile) {
    command.add_option("--profile", profile, "How hard to compress: fastest, balanced or smallest")
        ->check(CLI::IsMember({"fastest", "balanced", "smallest"}))
        ->capture_default_str();
}

void MachineOptions::addTo(CLI::App& command) {
    command.add_option("--memory", memory, "Memory of the guest")
        ->type_name("SIZE")
        ->capture_default_str();
    command.add_option("--vcpus", vcpus, "Virtual CPUs")->capture_default_str();
    command.add_option("--cpu", cpu, "CPU model that every cloudlet of this base must offer")
        ->type_name("MODEL")
        ->capture_default_str();
}

Result<MachineSpec> MachineOptions::spec() const {
    MachineSpec spec;
    spec.memoryBytes = TRY(parseSize(memory));
    spec.vcpus = vcpus;
    spec.cpuModel = cpu;
    spec.qemuVersion = "0.0";  // known once it runs
    if (const Result<void> valid = spec.validate(); !valid) {
        return Error{ErrorCode::invalid, valid.error().message};
    }
    return spec;
}

}  // namespace cloudlet
