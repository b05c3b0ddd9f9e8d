// The command line: parses, runs one command, turns its Result into an exit code
// (0 done, 1 failed, 2 usage, 130 cancelled).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "app/cloudlet/context.h"
#include "app/cloudlet/interrupt.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

using std::string_view_literals::operator""sv;

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kCancelled = 130;

int exitCodeOf(const Error& error) {
    if (error.code == ErrorCode::cancelled) return kCancelled;
    return error.code == ErrorCode::invalid ? kUsage : kFailed;
}

void addGlobalOptions(CLI::App& app, Context& context) {
    app.set_version_flag("--version", "cloudlet " CLOUDLET_VERSION);
    app.add_flag_callback(
        "--json", [&context] { context.terminal.setFormat(Terminal::Format::json); },
        "Print the result as JSON on standard output");
    app.add_flag_callback(
        "-q,--quiet", [&context] { context.terminal.setQuiet(true); },
        "Print nothing but the result and errors");
    app.add_option("--catalog", context.catalogRoot,
                   "Folder of the catalog (default: the user's data directory)")
        ->envname("CLOUDLET_CATALOG")
        ->type_name("DIR");
    app.add_option("--connect", context.libvirtUri, "libvirt connection URI (default: automatic)")
        ->envname("CLOUDLET_LIBVIRT_URI")
        ->type_name("URI");
}

// One sentence in our own words or CLI11's, and where to read on.
Error usageError(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    const std::string help =
        chosen.empty() ? "cloudlet --help" : "cloudlet " + chosen.front()->get_name() + " --help";
    const std::vector<std::string> unknown = app.remaining();
    std::string what = error.what();
    if (chosen.empty()) {
        what = unknown.empty()
                   ? "no command is given"
                   : "there is no command or option \"" + escapeForTerminal(unknown.front()) + "\"";
    }
    std::replace(what.begin(), what.end(), '\n', ' ');
    return {ErrorCode::invalid, what + "; see " + help};
}

// What stands after "--" is not CLI11's: the original's port forwards, for the commands that have
// a guest.
Result<void> checkTrailing(const CLI::App& app, const Context& context) {
    if (context.trailing.empty()) return {};
    const std::string command = app.get_subcommands().front()->get_name();
    if (command == "overlay" || command == "synthesis") return {};
    return Error{ErrorCode::invalid, "cloudlet " + command + " takes nothing after \"--\""};
}

int run(int argc, char** argv) {
    Context context;
    const auto dashes = std::find(argv, argv + argc, std::string_view("--"));
    if (dashes != argv + argc) context.trailing.assign(dashes + 1, argv + argc);
    CLI::App app("Author VM overlays and bring them back to life from base and overlay.\n");
    app.name("cloudlet");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n"
        "Example: cloudlet overlay sample --run setup.sh --forward tcp:8080:80 -o app.cloudlet");
    addGlobalOptions(app, context);
    addDoctorCommand(app, context);
    addBaseCommands(app, context);
    addBasePackageCommands(app, context);
    addOverlayCommands(app, context);
    addRehearseCommand(app, context);
    addInspectCommands(app, context);
    addSynthesisCommand(app, context);
    addSessionCommands(app, context);
    addCodecCommands(app, context);
    try {
        app.parse(static_cast<int>(dashes - argv), argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 reports --help and --version this way too, with exit code 0.
        if (error.get_exit_code() == 0) return app.exit(error);
        // The option itself may not have been reached.
        const auto isJson = [](const char* argument) { return argument == "--json"sv; };
        if (std::any_of(argv + 1, argv + argc, isJson)) {
            context.terminal.setFormat(Terminal::Format::json);
        }
        context.terminal.error(usageError(app, error));
        return kUsage;
    }
    context.stop = stopOnSignals();
    CHECK(context.action != nullptr);
    Result<void> done = checkTrailing(app, context);
    if (done) done = context.action();
    if (done) return 0;
    context.terminal.error(done.error());
    return exitCodeOf(done.error());
}

}  // namespace

}  // namespace cloudlet

int main(int argc, char** argv) {
    return cloudlet::run(argc, argv);
}
