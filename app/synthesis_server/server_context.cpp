#include "app/synthesis_server/server_context.h"

#include "app/cloudlet/options.h"
#include "engine/base/xdg.h"

namespace cloudlet {

namespace {

constexpr const char* kSystemFile = "/etc/cloudlet/synthesis_server.conf";

}  // namespace

Result<ServerConfig> ServerContext::config() const {
    ServerConfig config;
    if (!configFile.empty()) {
        config = TRY(ServerConfig::read(absolutePath(configFile)));
    } else if (std::error_code ignored; fs::exists(kSystemFile, ignored)) {
        config = TRY(ServerConfig::read(kSystemFile));
    }
    if (!catalogRoot.empty()) config.catalog = absolutePath(catalogRoot);
    if (config.catalog.empty()) config.catalog = dataDirectory();
    if (config.state.empty()) config.state = config.catalog / "server";
    return config;
}

}  // namespace cloudlet
