// The server of a cloudlet: its commands and the options that all of them have.
#include <CLI/CLI.hpp>

#include "app/synthesis_server/server_context.h"

namespace cloudlet {

namespace {

int run(int argc, char** argv) {
    ServerContext context;
    CLI::App app("Runs the VM overlays that paired devices push to this cloudlet.\n");
    app.name("synthesis_server");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n"
        "Example: synthesis_server run");
    addProgramOptions(app, context);
    app.add_option("--config", context.configFile,
                   "Configuration file (default: /etc/cloudlet/synthesis_server.conf, if it is "
                   "there)")
        ->type_name("FILE");
    app.add_option("--catalog", context.catalogRoot,
                   "Folder of the catalog (default: the configuration's)")
        ->envname("CLOUDLET_CATALOG")
        ->type_name("DIR");
    app.add_option("--connect", context.libvirtUri, "libvirt connection URI (default: automatic)")
        ->envname("CLOUDLET_LIBVIRT_URI")
        ->type_name("URI");
    addRunCommand(app, context);
    addTrustCommands(app, context);
    addServerSessionCommands(app, context);
    return runProgram(app, context, argc, argv);
}

}  // namespace

}  // namespace cloudlet

int main(int argc, char** argv) {
    return cloudlet::run(argc, argv);
}
