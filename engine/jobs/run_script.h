// A person's script, run as root in the guest through its agent.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>

#include "engine/base/progress.h"
#include "engine/base/result.h"

namespace cloudlet {

class Domain;

// Errors: notFound, invalid (larger than 1 MiB, or empty).
Result<std::string> readScript(const std::filesystem::path& file);

// Errors: failed, with the exit code and the last of its output, if the script fails;
// unavailable (no agent), timedOut, cancelled.
Result<void> runScriptInGuest(Domain& domain, const std::string& script, std::chrono::seconds limit,
                              Progress& progress, std::stop_token stop);

}  // namespace cloudlet
