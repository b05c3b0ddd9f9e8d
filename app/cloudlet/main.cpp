// The command line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "app/cloudlet/commands.h"

namespace cloudlet {

namespace {

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
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n"
        "Example: cloudlet overlay sample --run setup.sh --forward tcp:8080:80 -o app.cloudlet");
    addCommands(app, context);
    app.final_callback([&] {
        const Result<void> fits = checkTrailing(app, context);
        if (!fits) context.action = [fits] { return fits; };
    });
    return runProgram(app, context, static_cast<int>(dashes - argv), argv);
}

}  // namespace

}  // namespace cloudlet

int main(int argc, char** argv) {
    return cloudlet::run(argc, argv);
}
