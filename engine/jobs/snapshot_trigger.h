// When is the guest ready? A port answers, a line appears on its serial console, some time has
// passed, or a person says so. Used before a base is saved and before an overlay is made.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/progress.h"
#include "engine/base/result.h"

namespace cloudlet {

class Domain;

struct GuestPortAnswers {
    std::uint16_t port = 0;  // TCP, in the guest
};
struct SerialLineMatches {
    std::string text;  // a line of the serial console contains it
};
struct TimePassed {
    std::chrono::seconds duration{0};
};
// A person presses Enter or a button: blocks until then. Errors: cancelled.
struct PersonConfirms {
    std::function<Result<void>(Domain&, Progress&, std::stop_token)> wait;
};

using SnapshotTrigger =
    std::variant<GuestPortAnswers, SerialLineMatches, TimePassed, PersonConfirms>;

// Reads "port:8080", "line:login:" and "after:30" (seconds). Errors: invalid, saying what is
// accepted.
Result<SnapshotTrigger> parseSnapshotTrigger(std::string_view text);

// Returns when `trigger` has come true. Errors: timedOut after `limit`, cancelled, failed when
// the VM ends meanwhile.
Result<void> waitFor(const SnapshotTrigger& trigger, Domain& domain, std::chrono::seconds limit,
                     Progress& progress, std::stop_token stop);

// Sleeps, but not past a stop request. Errors: cancelled.
Result<void> pauseFor(std::chrono::milliseconds duration, std::stop_token stop);

}  // namespace cloudlet
