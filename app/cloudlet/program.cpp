#include "app/cloudlet/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

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

// One sentence in our own words or CLI11's, and where to read on.
Error usageError(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    // Groups of options are nameless commands to CLI11.
    const auto isCommand = [](const CLI::App* one) { return !one->get_name().empty(); };
    const bool hasCommands = !app.get_subcommands(isCommand).empty();
    const std::string help =
        app.get_name() + (chosen.empty() ? "" : " " + chosen.front()->get_name()) + " --help";
    const std::vector<std::string> unknown = app.remaining();
    std::string what = error.what();
    if (chosen.empty() && (hasCommands || !unknown.empty())) {
        what = unknown.empty()
                   ? "no command is given"
                   : "there is no command or option \"" + escapeForTerminal(unknown.front()) + "\"";
    }
    std::replace(what.begin(), what.end(), '\n', ' ');
    return {ErrorCode::invalid, what + "; see " + help};
}

}  // namespace

void addProgramOptions(CLI::App& app, ProgramState& state) {
    state.terminal.setName(app.get_name());
    app.set_version_flag("--version", app.get_name() + " " CLOUDLET_VERSION);
    app.add_flag_callback(
        "--json", [&state] { state.terminal.setFormat(Terminal::Format::json); },
        "Print the result as JSON on standard output");
    app.add_flag_callback(
        "-q,--quiet", [&state] { state.terminal.setQuiet(true); },
        "Print nothing but the result and errors");
}

int runProgram(CLI::App& app, ProgramState& state, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 reports --help and --version this way too, with exit code 0.
        if (error.get_exit_code() == 0) return app.exit(error);
        // The option itself may not have been reached.
        const auto isJson = [](const char* argument) { return argument == "--json"sv; };
        if (std::any_of(argv + 1, argv + argc, isJson)) {
            state.terminal.setFormat(Terminal::Format::json);
        }
        state.terminal.error(usageError(app, error));
        return kUsage;
    }
    state.stop = stopOnSignals();
    CHECK(state.action != nullptr);
    const Result<void> done = state.action();
    if (done) return 0;
    state.terminal.error(done.error());
    return exitCodeOf(done.error());
}

}  // namespace cloudlet
