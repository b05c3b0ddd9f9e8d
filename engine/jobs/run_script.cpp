#include "engine/jobs/run_script.h"

#include "engine/base/file.h"
#include "engine/base/format.h"
#include "engine/vm/guest_agent.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kMostScriptBytes = 1 << 20;
constexpr std::size_t kShownOutput = 4000;
constexpr std::chrono::seconds kAgentLimit{30};  // it has just been resumed with the guest

// The end of the output, each line indented, nothing that could steer a terminal.
std::string shownOutput(const std::string& output) {
    const std::size_t from = output.size() > kShownOutput ? output.size() - kShownOutput : 0;
    std::string shown;
    std::size_t at = from;
    while (at < output.size()) {
        std::size_t end = output.find('\n', at);
        if (end == std::string::npos) end = output.size();
        shown += "\n  " + escapeForTerminal(std::string_view(output).substr(at, end - at), 1000);
        at = end + 1;
    }
    return shown.empty() ? " (it printed nothing)" : shown;
}

}  // namespace

Result<std::string> readScript(const std::filesystem::path& file) {
    const Result<Bytes> bytes = readWholeFile(file, kMostScriptBytes);
    if (!bytes && bytes.error().code == ErrorCode::corrupt) {
        return Error{ErrorCode::invalid, "the script " + file.string() + " is larger than 1 MiB"};
    }
    const Bytes content = TRY(Result<Bytes>(bytes));
    if (content.empty()) {
        return Error{ErrorCode::invalid, "the script " + file.string() + " is empty"};
    }
    return std::string(asText(content));
}

Result<void> runScriptInGuest(Domain& domain, const std::string& script, std::chrono::seconds limit,
                              Progress& progress, std::stop_token stop) {
    progress.beginStage("running the script in the guest");
    GuestAgent agent(domain);
    TRY(agent.waitUntilReady(kAgentLimit, stop));
    const ScriptResult done = TRY(agent.runScript(script, limit, stop));
    if (done.exitCode == 0) return {};
    return Error{ErrorCode::failed, "the script failed in the guest with exit code " +
                                        std::to_string(done.exitCode) +
                                        "; its output ends:" + shownOutput(done.output)};
}

}  // namespace cloudlet
