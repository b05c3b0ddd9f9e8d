// The servers that this user's devices are paired with: how to reach each, the key to expect, the
// token to show, or where in the desktop's keyring it is. One file, mode 0600, replaced whole;
// several programs may use it at once. The desktop and the command line share it. Any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/net/role.h"
#include "engine/net/server_access.h"

namespace cloudlet {

struct PairedServer {
    std::string name;  // what its user calls it; the host, unless given
    ServerAddress address;
    Hash fingerprint;
    Role role = Role::viewer;
    std::string token;         // a secret
    std::string keyring = {};  // where it is in the desktop's keyring; empty: it is in `token`

    ServerAccess access() const { return {address, fingerprint, token, keyring}; }
};

class PairedServers {
public:
    explicit PairedServers(fs::path file = defaultFile()) : m_file(std::move(file)) {}

    static fs::path defaultFile();  // servers.json in the user's data directory
    const fs::path& file() const { return m_file; }

    // Sorted by name. Errors: corrupt, permission (others may read it), both with the remedy.
    Result<std::vector<PairedServer>> all() const;
    // By name, host, or host and port. Errors: notFound, with the remedy; invalid (several fit).
    Result<PairedServer> find(const std::string& which) const;
    // In place of one with the same key or the same address and port. Errors: exists, if another
    // has its name.
    Result<void> add(const PairedServer& server);
    // As add(), with its token in the desktop's keyring where one takes it. Blocks (keyring.h).
    // What is in the file then.
    Result<PairedServer> keep(PairedServer server, std::stop_token stop);
    // With its token in the keyring, if that can be reached; else that stays there. Blocks.
    // Errors: as find().
    Result<PairedServer> forget(const std::string& which);

private:
    Result<std::vector<PairedServer>> read() const;
    Result<void> write(const std::vector<PairedServer>& servers) const;
    template <typename Change>
    Result<void> update(Change change);

    fs::path m_file;
};

}  // namespace cloudlet
