// The QEMU guest agent of a domain, for what is wanted of it here. Any thread; one call at a
// time. Every error `unavailable` says that the guest needs a running agent.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/vm/domain.h"

namespace cloudlet {

struct ScriptResult {
    int exitCode = 0;    // 128 + n if it ended by signal n
    std::string output;  // standard output and error together: the last 256 KiB
};

class GuestAgent {
public:
    // `domain` must outlive this object.
    explicit GuestAgent(Domain& domain) : m_domain(domain) {}

    // Asks until the agent answers. Errors: unavailable after `limit`, cancelled.
    Result<void> waitUntilReady(std::chrono::milliseconds limit, std::stop_token stop = {});
    // Sets the guest's clock to ours. A guest that was resumed still has the time of its saving.
    Result<void> setTime(std::stop_token stop = {});
    // Tells the disk which blocks are free. Returns the bytes trimmed, as the guest counts them.
    Result<std::uint64_t> trimFileSystems(std::stop_token stop = {});

    // Runs a script of at most 1 MiB as root in the guest: by the interpreter of its "#!" line,
    // else by /bin/sh. Waits for it; programs that it leaves in the background go on. A script
    // that fails is no error: see exitCode. Errors: unavailable, timedOut and cancelled (the
    // script goes on in the guest in both cases), failed.
    Result<ScriptResult> runScript(const std::string& script, std::chrono::milliseconds limit,
                                   std::stop_token stop = {});

private:
    Domain& m_domain;
};

}  // namespace cloudlet
