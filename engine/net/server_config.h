// The configuration file of synthesis_server: lines "key = value", comments from "#" on. What is
// not there has the default that resources/synthesis_server.conf states; what is not known is an
// error, so that a misspelt limit is no missing limit. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/net/server_address.h"

namespace cloudlet {

struct ServerConfig {
    std::string listen = "::";  // every address, IPv4 too
    std::uint16_t port = kServerPort;
    // Where the VMs' forwarded ports listen: IPv4.
    std::string forwardAddress = "0.0.0.0";
    std::string publicHost;  // for pairing links; "": an address of this machine
    fs::path state;          // keys and devices; "": in the catalog
    fs::path catalog;        // "": the user's

    std::uint32_t sessions = 16;
    std::uint32_t sessionsOfDevice = 4;
    std::uint64_t memoryBytes = 0;  // 0: three quarters of the machine's
    std::uint64_t diskBytes = 0;    // 0: four fifths of what is free when the server starts
    std::chrono::seconds absentReceiving{120};
    std::chrono::seconds absentComplete{3600};

    bool announce = true;
    std::string name;  // on the local network; "": the host's

    enum class Pull { off, publicOnly, anywhere };
    Pull pull = Pull::publicOnly;
    bool pullRedirects = false;
    std::uint64_t pullMostBytes = std::uint64_t{64} << 30;

    // Errors: invalid, naming the line.
    static Result<ServerConfig> parse(std::string_view text);
    // Errors: as above with the file's name; notFound.
    static Result<ServerConfig> read(const fs::path& file);

    bool operator==(const ServerConfig&) const = default;
};

}  // namespace cloudlet
