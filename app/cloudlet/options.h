// Options that several commands share, and the reading of their values.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/image/machine_spec.h"
#include "engine/image/port_forward.h"

namespace cloudlet {

// "512", "512M", "2G", "1T": a size in bytes; without a letter it counts MiB.
// Errors: invalid.
Result<std::uint64_t> parseSize(const std::string& text);

Result<std::vector<PortForward>> parseForwards(const std::vector<std::string>& texts);

// The original's way to name forwards after "--": -redir tcp:8080::80 (two arguments each).
// Errors: invalid, for anything else: arguments are not handed to QEMU.
Result<std::vector<PortForward>> parseRedirections(const std::vector<std::string>& arguments);

// A file given by a person: absolute, so that it names the same thing in records and messages.
std::filesystem::path absolutePath(const std::string& text);

// --profile, with its three values.
void addProfileOption(CLI::App& command, std::string& profile);

struct MachineOptions {
    std::string memory = "512M";
    std::uint32_t vcpus = 1;
    std::string cpu = "Nehalem";

    void addTo(CLI::App& command);
    Result<MachineSpec> spec() const;
};

}  // namespace cloudlet
