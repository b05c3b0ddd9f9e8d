#include "engine/jobs/snapshot_trigger.h"

#include <charconv>
#include <condition_variable>
#include <mutex>

#include "engine/jobs/guest_port.h"
#include "engine/vm/domain.h"

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

template <typename Number>
bool parseNumber(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && number > 0;
}

Result<void> waitForTime(std::chrono::seconds duration, Domain& domain, Progress& progress,
                         std::stop_token stop) {
    const auto whole = static_cast<std::uint64_t>(duration.count());
    progress.beginStage("letting the guest run", whole, Progress::Unit::items);
    for (std::uint64_t second = 0; second < whole; ++second) {
        TRY(requireRunning(domain));
        TRY(pauseFor(std::chrono::seconds(1), stop));
        progress.setDone(second + 1);
    }
    return {};
}

}  // namespace

Result<void> pauseFor(std::chrono::milliseconds duration, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, duration, [] { return false; });
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    return {};
}

Result<SnapshotTrigger> parseSnapshotTrigger(std::string_view text) {
    const Error malformed{ErrorCode::invalid,
                          "\"" + std::string(text) +
                              "\" does not say when the guest is ready; write port:8080, "
                              "line:TEXT or after:SECONDS"};
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return malformed;
    const std::string_view kind = text.substr(0, colon);
    const std::string_view value = text.substr(colon + 1);
    if (kind == "port") {
        GuestPortAnswers trigger;
        if (!parseNumber(value, trigger.port)) return malformed;
        return SnapshotTrigger(trigger);
    }
    if (kind == "line" && !value.empty()) {
        return SnapshotTrigger(SerialLineMatches{std::string(value)});
    }
    if (kind == "after") {
        std::uint32_t seconds = 0;
        if (!parseNumber(value, seconds)) return malformed;
        return SnapshotTrigger(TimePassed{std::chrono::seconds(seconds)});
    }
    return malformed;
}

Result<void> waitFor(const SnapshotTrigger& trigger, Domain& domain, std::chrono::seconds limit,
                     Progress& progress, std::stop_token stop) {
    if (const auto* port = std::get_if<GuestPortAnswers>(&trigger)) {
        progress.beginStage("waiting for the guest's port " + std::to_string(port->port));
        return waitForGuestPort(domain, port->port, limit, stop);
    }
    if (const auto* line = std::get_if<SerialLineMatches>(&trigger)) {
        progress.beginStage("waiting for \"" + line->text + "\" on the serial console");
        return domain.waitForSerial(line->text, limit, stop);
    }
    if (const auto* time = std::get_if<TimePassed>(&trigger)) {
        return waitForTime(time->duration, domain, progress, stop);
    }
    progress.beginStage("the guest is yours");
    return std::get<PersonConfirms>(trigger).wait(domain, progress, stop);
}

}  // namespace cloudlet
