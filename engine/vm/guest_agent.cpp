#include "engine/vm/guest_agent.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "engine/base/base64.h"
#include "engine/base/format.h"
#include "engine/base/json.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kCommandLimit = 30s;  // one answer; a guest under TCG may be very busy
constexpr auto kPingLimit = 2s;
constexpr std::size_t kLongestScript = 1 << 20;

// Runs in the guest under sh. The script comes by standard input and its output goes to a file:
// through a pipe of the agent's, the end would be awaited of every program left behind. /run is
// in memory, but often not executable, hence the "#!" line by hand.
constexpr const char* kRunner = R"sh(umask 077
d=/run; [ -w $d ] || d=/tmp
s=$d/.cloudlet-script-$$; o=$d/.cloudlet-output-$$
cat >$s
i=/bin/sh
if [ "$(head -c 2 $s)" = '#!' ]; then i=$(head -n 1 $s | cut -c 3-); fi
cd /
$i $s >$o 2>&1 </dev/null
r=$?
tail -c 262144 $o
rm -f $s $o
exit $r
)sh";

// Waits, but not past a request to stop. False if stopped.
bool pauseFor(std::chrono::milliseconds time, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

Error cancelled() {
    return {ErrorCode::cancelled, "waiting for the guest agent was cancelled"};
}

Result<json::Object> ask(Domain& domain, const std::string& command, const json::Object& arguments,
                         std::chrono::seconds limit, std::stop_token stop) {
    json::Object request{{"execute", command}};
    if (!arguments.empty()) request["arguments"] = arguments;
    const Result<std::string> reply =
        domain.agentCommand(json::serialize(request), limit, std::move(stop));
    if (!reply) {
        TRY(requireRunning(domain));  // says better why there is no answer
        return reply.error();
    }
    return json::parseObject(*reply, "the guest agent's reply");
}

// The process id of the started runner.
Result<std::uint64_t> startScript(Domain& domain, const std::string& script, std::stop_token stop) {
    const json::Object reply =
        TRY(ask(domain, "guest-exec",
                {{"path", "/bin/sh"},
                 {"arg", json::Array{"-c", kRunner}},
                 {"env", json::Array{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                                     "/sbin:/bin",
                                     "HOME=/root", "LC_ALL=C"}},
                 {"input-data", toBase64(asBytes(script))},
                 {"capture-output", true}},
                kCommandLimit, std::move(stop)));
    const json::Object* result = TRY(json::object(reply, "return"));
    return json::number(*result, "pid", 1ULL << 62);
}

// nullopt while it runs.
Result<std::optional<ScriptResult>> scriptStatus(Domain& domain, std::uint64_t pid,
                                                 std::stop_token stop) {
    const json::Object reply =
        TRY(ask(domain, "guest-exec-status", {{"pid", pid}}, kCommandLimit, std::move(stop)));
    const json::Object* status = TRY(json::object(reply, "return"));
    if (!TRY(json::boolean(*status, "exited"))) return std::optional<ScriptResult>();
    ScriptResult result;
    if (status->contains("signal")) {
        result.exitCode = 128 + static_cast<int>(TRY(json::number(*status, "signal", 127)));
    } else {
        result.exitCode = static_cast<int>(TRY(json::number(*status, "exitcode", 255)));
    }
    for (const char* stream : {"out-data", "err-data"}) {
        if (!status->contains(stream)) continue;
        const Bytes decoded = TRY(fromBase64(TRY(json::string(*status, stream))));
        result.output += asText(decoded);
    }
    return std::optional<ScriptResult>(std::move(result));
}

}  // namespace

Result<void> GuestAgent::waitUntilReady(std::chrono::milliseconds limit, std::stop_token stop) {
    const auto deadline = Clock::now() + limit;
    while (true) {
        const Result<json::Object> reply = ask(m_domain, "guest-ping", {}, kPingLimit, stop);
        if (reply) return {};
        const ErrorCode code = reply.error().code;
        if (stop.stop_requested()) return cancelled();
        if (code != ErrorCode::unavailable && code != ErrorCode::timedOut) return reply.error();
        if (Clock::now() >= deadline) {
            return Error{ErrorCode::unavailable, reply.error().message};
        }
        if (!pauseFor(100ms, stop)) return cancelled();
    }
}

Result<void> GuestAgent::setTime(std::stop_token stop) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t nanoseconds =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
    TRY(ask(m_domain, "guest-set-time", {{"time", nanoseconds}}, kCommandLimit, std::move(stop)));
    return {};
}

Result<std::uint64_t> GuestAgent::trimFileSystems(std::stop_token stop) {
    constexpr std::uint64_t kMost = 1ULL << 60;
    const json::Object reply =
        TRY(ask(m_domain, "guest-fstrim", {}, kCommandLimit, std::move(stop)));
    const json::Object* result = TRY(json::object(reply, "return"));
    std::uint64_t trimmed = 0;
    for (const json::Value& path : *TRY(json::array(*result, "paths"))) {
        if (!path.is_object() || !path.get_object().contains("trimmed")) continue;  // cannot trim
        trimmed += TRY(json::number(path.get_object(), "trimmed", kMost));
    }
    return trimmed;
}

Result<ScriptResult> GuestAgent::runScript(const std::string& script,
                                           std::chrono::milliseconds limit, std::stop_token stop) {
    if (script.size() > kLongestScript) {
        return Error{ErrorCode::invalid, "the script is larger than 1 MiB"};
    }
    const auto deadline = Clock::now() + limit;
    const std::uint64_t pid = TRY(startScript(m_domain, script, stop));
    auto interval = std::chrono::milliseconds(20);  // short scripts soon, long ones cheaply
    while (true) {
        if (!pauseFor(interval, stop)) return cancelled();
        if (std::optional<ScriptResult> result = TRY(scriptStatus(m_domain, pid, stop))) {
            return *std::move(result);
        }
        if (Clock::now() >= deadline) {
            return Error{ErrorCode::timedOut,
                         "the script still runs in the guest after " + formatDuration(limit)};
        }
        interval = std::min(interval * 2, 500ms);
    }
}

}  // namespace cloudlet
