// The original's client of a cloudlet, with its options: sends an overlay, or has the cloudlet
// fetch one, and stays until "q" is typed.
#include <CLI/CLI.hpp>

#include "app/synthesis_client/synthesis_run.h"

namespace cloudlet {

namespace {

int run(int argc, char** argv) {
    ProgramState state;
    ClientOptions options;
    bool noDisplay = false;
    CLI::App app("Run a VM overlay on a cloudlet that this computer is paired with.\n");
    app.name("synthesis_client");
    app.footer(
        "Pair first: \"synthesis_server pair\" there, \"cloudlet pair LINK\" here.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n"
        "Example: synthesis_client -s edge1 -o app.cloudlet -e");
    addProgramOptions(app, state);
    app.add_option("-s,--server", options.server, "The cloudlet: its name, or its host")
        ->required()
        ->type_name("HOST");
    CLI::Option_group* overlay = app.add_option_group("overlay");
    overlay->add_option("-o,--overlay-path", options.overlay, "Overlay file to send")
        ->type_name("FILE");
    CLI::Option* url =
        overlay->add_option("-u,--overlay-url", options.url, "Overlay that the cloudlet fetches")
            ->type_name("URL");
    overlay->require_option(1);
    app.add_flag("-d,--display", noDisplay,
                 "No window with the VM's console at the cloudlet: there is none in any case");
    app.add_flag("-e,--early_start,--early-start", options.earlyStart,
                 "Start the VM at once and bring the overlay while it runs");
    app.add_flag("--send-base", options.sendBase,
                 "Send the overlay's base VM first, if the cloudlet does not hold it; for admins")
        ->excludes(url);
    app.add_option("--catalog", options.catalog,
                   "Folder of the catalog that has it (default: the user's data directory)")
        ->envname("CLOUDLET_CATALOG")
        ->type_name("DIR");
    app.callback([&] {
        state.action = [&] {
            return options.url.empty() ? runWithFile(options, state) : runWithUrl(options, state);
        };
    });
    return runProgram(app, state, argc, argv);
}

}  // namespace

}  // namespace cloudlet

int main(int argc, char** argv) {
    return cloudlet::run(argc, argv);
}
