#include "app/cloudlet/commands.h"

#include <CLI/CLI.hpp>

namespace cloudlet {

namespace {

void addGlobalOptions(CLI::App& app, Context& context) {
    addProgramOptions(app, context);
    app.add_option("--catalog", context.catalogRoot,
                   "Folder of the catalog (default: the user's data directory)")
        ->envname("CLOUDLET_CATALOG")
        ->type_name("DIR");
    app.add_option("--connect", context.libvirtUri, "libvirt connection URI (default: automatic)")
        ->envname("CLOUDLET_LIBVIRT_URI")
        ->type_name("URI");
}

}  // namespace

void addCommands(CLI::App& app, Context& context) {
    app.name("cloudlet");
    app.require_subcommand(1);
    app.fallthrough();
    addGlobalOptions(app, context);
    addDoctorCommand(app, context);
    addBaseCommands(app, context);
    addBasePackageCommands(app, context);
    addOverlayCommands(app, context);
    addLibraryCommands(app, context);
    addRehearseCommand(app, context);
    addInspectCommands(app, context);
    addSynthesisCommand(app, context);
    addPushCommand(app, context);
    addServerCommands(app, context);
    addSessionCommands(app, context);
    addResidueCommand(app, context);
    addFetchResidueCommand(app, context);
    addEndSessionCommand(app, context);
    addCodecCommands(app, context);
}

}  // namespace cloudlet
