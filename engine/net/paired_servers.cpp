#include "engine/net/paired_servers.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "engine/base/format.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "engine/base/xdg.h"
#include "engine/catalog/file_lock.h"
#include "engine/net/keyring.h"
#include "engine/net/secret.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kLongestFile = 1 << 20;
constexpr std::size_t kLongestName = 64;

bool answersTo(const PairedServer& server, const std::string& which) {
    return server.name == which || server.address.host == which || server.address.text() == which;
}

Result<std::size_t> indexOf(const std::vector<PairedServer>& servers, const std::string& which) {
    std::size_t found = servers.size();
    for (std::size_t i = 0; i < servers.size(); ++i) {
        if (servers[i].name == which) return i;
        if (!answersTo(servers[i], which)) continue;
        if (found < servers.size()) {
            return Error{ErrorCode::invalid, "several servers are at \"" +
                                                 escapeForTerminal(which) +
                                                 "\"; give the name that list-server shows"};
        }
        found = i;
    }
    if (found < servers.size()) return found;
    return Error{ErrorCode::notFound,
                 "this computer is not paired with \"" + escapeForTerminal(which) +
                     "\"; run \"synthesis_server pair\" there and \"cloudlet pair LINK\" here"};
}

Result<PairedServer> readServer(const json::Value& value) {
    const json::Object* object = value.if_object();
    if (object == nullptr) return Error{ErrorCode::corrupt, "a server is not an object"};
    PairedServer server;
    server.name = TRY(json::string(*object, "name"));
    server.address = TRY(ServerAddress::parse(TRY(json::string(*object, "address"))));
    server.fingerprint = TRY(json::hash(*object, "fingerprint"));
    const std::optional<Role> role = roleFromText(TRY(json::string(*object, "role")));
    if (!role) return Error{ErrorCode::corrupt, "field \"role\" is none of the roles"};
    server.role = *role;
    if (object->contains("keyring")) {
        server.keyring = TRY(json::string(*object, "keyring"));
        if (looksLikeSecret(server.keyring)) return server;
        return Error{ErrorCode::corrupt, "field \"keyring\" is no key"};
    }
    server.token = TRY(json::string(*object, "token"));
    if (!looksLikeSecret(server.token)) {
        return Error{ErrorCode::corrupt, "field \"token\" is none"};
    }
    return server;
}

Result<std::vector<PairedServer>> parse(std::string_view text) {
    const json::Object object = TRY(json::parseObject(text, "the list of servers"));
    std::vector<PairedServer> servers;
    for (const json::Value& value : *TRY(json::array(object, "servers"))) {
        servers.push_back(TRY(readServer(value)));
    }
    return servers;
}

}  // namespace

fs::path PairedServers::defaultFile() {
    return dataDirectory() / "servers.json";
}

Result<std::vector<PairedServer>> PairedServers::read() const {
    struct stat info {};
    if (::lstat(m_file.c_str(), &info) != 0) {
        if (errno == ENOENT) return std::vector<PairedServer>();
        return systemError(errno, "examine", m_file);
    }
    if (!S_ISREG(info.st_mode)) {
        return Error{ErrorCode::invalid, m_file.string() + " is not a regular file"};
    }
    if ((info.st_mode & 077) != 0) {
        return Error{ErrorCode::permission, "others may read the tokens in " + m_file.string() +
                                                ": chmod 600 it, and if they did, revoke them at "
                                                "the servers (synthesis_server revoke-token)"};
    }
    const Bytes bytes = TRY(readWholeFile(m_file, kLongestFile));
    Result<std::vector<PairedServer>> servers = parse(asText(bytes));
    if (servers) return servers;
    return Error{ErrorCode::corrupt, m_file.string() +
                                         " is damaged; restore it, or remove it and pair again: " +
                                         servers.error().message};
}

Result<void> PairedServers::write(const std::vector<PairedServer>& servers) const {
    json::Array list;
    for (const PairedServer& server : servers) {
        const bool inKeyring = !server.keyring.empty();
        list.push_back(json::Object{
            {"name", server.name},
            {"address", server.address.text()},
            {"fingerprint", server.fingerprint.hex()},
            {"role", toString(server.role)},
            {inKeyring ? "keyring" : "token", inKeyring ? server.keyring : server.token}});
    }
    return writeWholeFile(m_file, asBytes(json::serialize(json::Object{{"servers", list}})));
}

template <typename Change>
Result<void> PairedServers::update(Change change) {
    TRY(makeDirectories(m_file.parent_path()));
    const FileLock lock = TRY(
        FileLock::wait(m_file.parent_path(), FileLock::Kind::exclusive, std::chrono::seconds(5)));
    std::vector<PairedServer> servers = TRY(read());
    TRY(change(servers));
    return write(servers);
}

Result<std::vector<PairedServer>> PairedServers::all() const {
    std::vector<PairedServer> servers = TRY(read());
    std::sort(servers.begin(), servers.end(),
              [](const PairedServer& a, const PairedServer& b) { return a.name < b.name; });
    return servers;
}

Result<PairedServer> PairedServers::find(const std::string& which) const {
    const std::vector<PairedServer> servers = TRY(read());
    return servers[TRY(indexOf(servers, which))];
}

Result<void> PairedServers::add(const PairedServer& server) {
    if (server.name.empty() || !isDisplayText(server.name, kLongestName)) {
        return Error{ErrorCode::invalid, "a server's name is text of 1 to 64 bytes on one line"};
    }
    return update([&](std::vector<PairedServer>& servers) -> Result<void> {
        std::erase_if(servers, [&](const PairedServer& old) {
            return old.fingerprint == server.fingerprint || old.address == server.address;
        });
        for (const PairedServer& other : servers) {
            if (other.name != server.name) continue;
            return Error{ErrorCode::exists, "the server at " + other.address.text() +
                                                " has the name \"" + escapeForTerminal(other.name) +
                                                "\" already; choose another with --name"};
        }
        servers.push_back(server);
        return {};
    });
}

Result<PairedServer> PairedServers::keep(PairedServer server, std::stop_token stop) {
    const std::vector<PairedServer> before = TRY(read());
    std::string key = TRY(randomSecret());
    const std::string label = "Cloudlet Studio: the token for " + server.address.text();
    if (storeInKeyring(key, label, server.token, stop)) {
        server.keyring = std::move(key);
        server.token.clear();
    }
    const Result<void> added = add(server);
    if (!added && !server.keyring.empty()) (void)removeFromKeyring(server.keyring, stop);
    TRY(added);
    const std::vector<PairedServer> now = TRY(read());
    for (const PairedServer& old : before) {
        const bool isStillThere =
            std::any_of(now.begin(), now.end(),
                        [&](const PairedServer& each) { return each.keyring == old.keyring; });
        if (!old.keyring.empty() && !isStillThere) (void)removeFromKeyring(old.keyring, stop);
    }
    return server;
}

Result<PairedServer> PairedServers::forget(const std::string& which) {
    PairedServer forgotten;
    TRY(update([&](std::vector<PairedServer>& servers) -> Result<void> {
        const std::size_t index = TRY(indexOf(servers, which));
        forgotten = servers[index];
        servers.erase(servers.begin() + static_cast<std::ptrdiff_t>(index));
        return {};
    }));
    // Without its key nobody finds what stays there.
    if (!forgotten.keyring.empty()) (void)removeFromKeyring(forgotten.keyring, {});
    return forgotten;
}

}  // namespace cloudlet
