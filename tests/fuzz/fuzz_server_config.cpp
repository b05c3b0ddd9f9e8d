// The configuration file of a server.
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/net/server_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto config = cloudlet::ServerConfig::parse(text);
    if (config) CHECK(config->port != 0 && config->sessions != 0 && config->pullMostBytes != 0);
    return 0;
}
