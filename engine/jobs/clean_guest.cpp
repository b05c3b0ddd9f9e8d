#include "engine/jobs/clean_guest.h"

#include "engine/base/format.h"
#include "engine/vm/guest_agent.h"

namespace cloudlet {

namespace {

constexpr std::chrono::seconds kAgentLimit{20};  // a guest that has just booted is slow under TCG
constexpr std::chrono::seconds kScriptLimit{300};

// Trimming returns freed blocks to the disk image, dropping caches frees page-cache pages, which
// init_on_free then zeroes. The second round catches what the first one made free; the last
// pause lets deferred work (journal, RCU) finish.
constexpr const char* kScript = R"(#!/bin/sh
trim() {
    while read -r device folder rest; do
        case $device in /dev/*) fstrim "$folder" 2>/dev/null ;; esac
    done </proc/mounts
}
for round in 1 2; do
    sync
    trim
    sync
    echo 3 >/proc/sys/vm/drop_caches
    sleep 1
done
sleep 4
)";

}  // namespace

Result<void> cleanGuest(Domain& domain, Progress& progress, std::stop_token stop) {
    progress.beginStage("cleaning the guest");
    GuestAgent agent(domain);
    TRY(agent.waitUntilReady(kAgentLimit, stop));
    const ScriptResult done = TRY(agent.runScript(kScript, kScriptLimit, stop));
    if (done.exitCode != 0) {
        return Error{ErrorCode::failed,
                     "cleaning the guest failed: " + escapeForTerminal(done.output, 500)};
    }
    return {};
}

Result<bool> cleanIfPossible(Domain& domain, Cleaning cleaning, Progress& progress,
                             std::stop_token stop) {
    if (cleaning == Cleaning::never) return false;
    const Result<void> cleaned = cleanGuest(domain, progress, stop);
    if (cleaned) return true;
    if (cleaned.error().code == ErrorCode::cancelled) return cleaned.error();
    progress.notice("The guest is not cleaned, which makes overlays larger: " +
                    cleaned.error().message);
    return false;
}

}  // namespace cloudlet
