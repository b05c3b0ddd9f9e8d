// end-session.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "engine/net/paired_servers.h"
#include "engine/net/server_state.h"

namespace cloudlet {

namespace {

Result<void> runEnd(Context& context, const std::string& session, const std::string& from) {
    const PairedServer server = TRY(PairedServers().find(from));
    TRY(endSession(server.access(), session, context.stop));
    context.terminal.result(fmt::format("Session {} on {} has ended.\n", session, server.name),
                            json::Object{{"session", session}, {"server", server.name}});
    return {};
}

}  // namespace

void addEndSessionCommand(CLI::App& app, Context& context) {
    auto session = std::make_shared<std::string>();
    auto server = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand(
        "end-session", "End a VM that was left running on a cloudlet; what it holds is lost");
    command->add_option("session", *session, "The session's id, as \"push --detach\" says it")
        ->required()
        ->type_name("SESSION");
    command->add_option("--from", *server, "A paired cloudlet: its name, or its host")
        ->required()
        ->type_name("HOST");
    command->footer("Example: cloudlet end-session 0123abcd --from edge1");
    command->callback([&context, session, server] {
        context.action = [&context, session, server] { return runEnd(context, *session, *server); };
    });
}

}  // namespace cloudlet
