// What the commands of synthesis_server share: the options given before or after a command's name
// and what follows from them. Main thread only.
#pragma once

#include <string>

#include "app/cloudlet/program.h"
#include "engine/net/server_config.h"

namespace cloudlet {

class ServerContext : public ProgramState {
public:
    std::string configFile;   // --config
    std::string catalogRoot;  // --catalog, or CLOUDLET_CATALOG
    std::string libvirtUri;   // --connect, or CLOUDLET_LIBVIRT_URI, or the default

    // The file that --config names; else the one in /etc, if there is one. --catalog counts more;
    // places that stay "auto" are filled in.
    Result<ServerConfig> config() const;
};

// Each adds one or a few commands to the program.
void addRunCommand(CLI::App& app, ServerContext& context);
void addTrustCommands(CLI::App& app, ServerContext& context);
void addServerSessionCommands(CLI::App& app, ServerContext& context);

}  // namespace cloudlet
