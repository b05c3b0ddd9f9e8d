// fetch-residue.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/base/format.h"
#include "engine/net/paired_servers.h"
#include "engine/net/residue_file.h"

namespace cloudlet {

namespace {

struct FetchOptions {
    std::string session;
    std::string server;
    std::string output;
};

Result<void> runFetch(Context& context, const FetchOptions& options) {
    const PairedServer server = TRY(PairedServers().find(options.server));
    const fs::path output = absolutePath(options.output);
    TRY(checkOutput(output));
    Progress progress;
    TRY(context.terminal.runWithProgress(progress, [&] {
        return fetchResidueInto(output, server.access(), options.session, progress, context.stop);
    }));
    context.terminal.result(
        fmt::format("{}, what the VM of session {} has become. The VM has ended.\n"
                    "Run it: cloudlet synthesis {}\n",
                    output.string(), escapeForTerminal(options.session), output.string()),
        json::Object{{"session", options.session}, {"file", output.string()}});
    return {};
}

}  // namespace

void addFetchResidueCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<FetchOptions>();
    CLI::App* command = app.add_subcommand(
        "fetch-residue",
        "Fetch what a VM that was left running on a cloudlet has become; the VM ends");
    command
        ->add_option("session", options->session, "The session's id, as \"push --detach\" says it")
        ->required()
        ->type_name("SESSION");
    command->add_option("--from", options->server, "A paired cloudlet: its name, or its host")
        ->required()
        ->type_name("HOST");
    command->add_option("-o,--output", options->output, "File to write")
        ->required()
        ->type_name("FILE");
    command->footer("Example: cloudlet fetch-residue 0123abcd --from edge1 -o used.cloudlet");
    command->callback([&context, options] {
        context.action = [&context, options] { return runFetch(context, *options); };
    });
}

}  // namespace cloudlet
