// list-session, end-session: of the server that runs on this machine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/synthesis_server/server_context.h"
#include "engine/base/format.h"
#include "engine/net/http_client.h"
#include "engine/net/local_access.h"
#include "engine/net/server_identity.h"
#include "engine/net/server_state.h"

namespace cloudlet {

namespace {

Result<ServerAccess> localServer(const ServerContext& context) {
    const ServerConfig config = TRY(context.config());
    const LocalAccess local = TRY(LocalAccess::read(config.state));
    const Hash fingerprint = TRY(ServerIdentity::openOrCreate(config.state)).fingerprint;
    const std::string host =
        config.listen == "::" || config.listen == "0.0.0.0" ? "127.0.0.1" : config.listen;
    return ServerAccess{{host, local.port}, fingerprint, local.token};
}

std::string textOf(const json::Object& session, std::string_view key) {
    const Result<std::string> text = json::string(session, key);
    return text ? escapeForTerminal(*text) : "";
}

std::string bytesOf(const json::Object& session, std::string_view key) {
    const auto bytes = json::number(session, key, std::numeric_limits<std::uint64_t>::max());
    return bytes ? formatBytes(*bytes) : "";
}

Result<void> runListSession(ServerContext& context) {
    const json::Object answer =
        TRY(askServer(TRY(localServer(context)), "GET", "/v1/sessions", {}, context.stop));
    std::vector<std::vector<std::string>> rows{
        {"SESSION", "TITLE", "PHASE", "RECEIVED", "OF", "DEVICE", "CLIENT"}};
    for (const json::Value& value : *TRY(json::array(answer, "sessions"))) {
        if (!value.is_object()) continue;
        const json::Object& session = value.get_object();
        const Result<bool> connected = json::boolean(session, "connected");
        rows.push_back({textOf(session, "session"), textOf(session, "title"),
                        textOf(session, "phase"), bytesOf(session, "receivedBytes"),
                        bytesOf(session, "totalBytes"), textOf(session, "peer"),
                        connected && *connected ? "connected" : "away"});
    }
    context.terminal.result(rows.size() > 1 ? formatTable(rows) : "No session.\n", answer);
    return {};
}

Result<void> runEndSession(ServerContext& context, const std::string& session) {
    TRY(endSession(TRY(localServer(context)), session, context.stop));
    context.terminal.result("The session has ended.\n", {{"ended", session}});
    return {};
}

}  // namespace

void addServerSessionCommands(CLI::App& app, ServerContext& context) {
    CLI::App* list =
        app.add_subcommand("list-session", "List the sessions of the server that runs here");
    list->footer("Example: synthesis_server list-session --json");
    list->callback([&context] { context.action = [&context] { return runListSession(context); }; });

    CLI::App* end = app.add_subcommand("end-session", "End a session and its VM");
    auto session = std::make_shared<std::string>();
    end->add_option("session", *session, "Its id (see list-session)")
        ->required()
        ->check(CLI::Validator(
            [](const std::string& text) {
                const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
                    return std::isalnum(c) != 0 || c == '-' || c == '_';
                });
                return plain ? "" : "no id of a session";
            },
            ""))
        ->type_name("SESSION");
    end->footer("Example: synthesis_server end-session 5f0c...");
    end->callback([&context, session] {
        context.action = [&context, session] { return runEndSession(context, *session); };
    });
}

}  // namespace cloudlet
