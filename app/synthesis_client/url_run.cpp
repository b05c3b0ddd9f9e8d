#include <thread>

#include "app/synthesis_client/synthesis_run.h"
#include "engine/image/forward_list.h"
#include "engine/net/http_client.h"
#include "engine/net/message.h"
#include "engine/net/paired_servers.h"
#include "engine/net/server_state.h"

namespace cloudlet {

namespace {

constexpr std::chrono::milliseconds kPeriod(300);

// What the server says of the session, and what became of it if it is over.
Result<std::string> look(const ServerAccess& server, const std::string& target, SynthesisRun& run,
                         const std::stop_token& stop) {
    const json::Object session = TRY(askServer(server, "GET", target, {}, stop));
    const std::string phase = TRY(json::string(session, "phase"));
    if (phase == "running" || phase == "complete")
        run.running(TRY(forwardsIn(session, "forwards")));
    if (phase == "complete") run.complete();
    if (phase == "failed") return toldError(500, json::serialize(session));
    return phase;
}

Result<void> attend(const ServerAccess& server, const std::string& target, SynthesisRun& run,
                    const std::stop_token& stop) {
    while (!run.isQuitWanted()) {
        if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
        const std::string phase = TRY(look(server, target, run, stop));
        if (phase == "ended") return {};
        std::this_thread::sleep_for(kPeriod);
    }
    TRY(askServer(server, "DELETE", target, {}, stop));
    return {};
}

}  // namespace

Result<void> runWithUrl(const ClientOptions& options, const ProgramState& state) {
    const PairedServer server = TRY(PairedServers().find(options.server));
    SynthesisRun run(state, server.address.host);
    const json::Object wanted{{"url", options.url},
                              {"start", options.earlyStart ? "early" : "complete"},
                              {"forwards", json::Array()}};
    const json::Object begun =
        TRY(askServer(server.access(), "POST", "/v1/sessions", wanted, state.stop));
    const std::string session = TRY(json::string(begun, "session"));
    const std::string target = "/v1/sessions/" + session;
    const Result<void> attended = attend(server.access(), target, run, state.stop);
    if (!attended) {
        // Without us nobody would end it. Its own end, if it is that, is no news.
        (void)endSession(server.access(), session, {});
        return attended;
    }
    run.report(session);
    return {};
}

}  // namespace cloudlet
