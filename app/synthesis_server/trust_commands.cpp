// pair, list-token, revoke-token.
#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/synthesis_server/qr_code.h"
#include "app/synthesis_server/server_context.h"
#include "engine/base/format.h"
#include "engine/net/local_access.h"
#include "engine/net/pair_link.h"
#include "engine/net/server_identity.h"
#include "engine/net/trust_store.h"

namespace cloudlet {

namespace {

// An address by which other machines may reach this one: the first of IPv4 that is neither
// loopback nor link-local; else the host's name.
std::string ownHost() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) == 0) {
        const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, ::freeifaddrs);
        for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
            if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
            if ((entry->ifa_flags & IFF_LOOPBACK) != 0 || (entry->ifa_flags & IFF_UP) == 0) {
                continue;
            }
            const auto& v4 = *reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
            char text[INET_ADDRSTRLEN] = {};
            ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
            if (std::string_view(text).starts_with("169.254.")) continue;
            return text;
        }
    }
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

std::string dateText(std::int64_t seconds) {
    if (seconds == 0) return "never";
    return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(seconds)));
}

Result<void> runPair(ServerContext& context, const std::string& roleName, const std::string& host) {
    const ServerConfig config = TRY(context.config());
    PairLink link;
    link.address = {config.publicHost.empty() ? ownHost() : config.publicHost, config.port};
    const Result<LocalAccess> running = LocalAccess::read(config.state);
    if (running) link.address.port = running->port;
    if (!host.empty()) link.address.host = TRY(ServerAddress::parse(host)).host;
    link.fingerprint = TRY(ServerIdentity::openOrCreate(config.state)).fingerprint;
    const Role role = *roleFromText(roleName);  // one of the three: CLI11 has seen to it
    TrustStore store = TRY(TrustStore::open(config.state));
    link.secret = TRY(store.invite(role, std::chrono::system_clock::now()));
    const bool person = ::isatty(STDOUT_FILENO) == 1;
    context.terminal.result(
        fmt::format("{}\n{}",
                    TRY(qrCode(link.text(), person ? QrColours::terminal : QrColours::none)),
                    link.text()),
        {{"link", link.text()},
         {"role", roleName},
         {"fingerprint", link.fingerprint.hex()},
         {"seconds", std::chrono::seconds(TrustStore::kInvitationLasts).count()}});
    context.terminal.say(fmt::format(
        "Whoever has this link within {} minutes pairs one device, as {}: cloudlet pair 'LINK'",
        TrustStore::kInvitationLasts.count(), roleName));
    return {};
}

Result<void> runListToken(ServerContext& context) {
    TrustStore store = TRY(TrustStore::open(TRY(context.config()).state));
    std::vector<std::vector<std::string>> rows{
        {"DEVICE", "NAME", "ROLE", "PAIRED", "LAST USED", "STATE"}};
    json::Array list;
    for (const Device& device : TRY(store.devices())) {
        rows.push_back(
            {device.id, escapeForTerminal(device.name), toString(device.role),
             dateText(device.pairedAt), dateText(device.usedAt),
             device.revokedAt == 0 ? "trusted" : "revoked " + dateText(device.revokedAt)});
        list.push_back(json::Object{{"id", device.id},
                                    {"name", device.name},
                                    {"role", toString(device.role)},
                                    {"pairedAt", device.pairedAt},
                                    {"usedAt", device.usedAt},
                                    {"revokedAt", device.revokedAt}});
    }
    context.terminal.result(rows.size() > 1
                                ? formatTable(rows)
                                : "No device is paired. Pair one with: synthesis_server pair\n",
                            {{"devices", list}});
    return {};
}

Result<void> runRevokeToken(ServerContext& context, const std::string& which) {
    TrustStore store = TRY(TrustStore::open(TRY(context.config()).state));
    const Device device = TRY(store.revoke(which, std::chrono::system_clock::now()));
    context.terminal.result(
        fmt::format("\"{}\" is no longer trusted; its connections end within a second or two.\n",
                    escapeForTerminal(device.name)),
        {{"revoked", device.id}});
    return {};
}

}  // namespace

void addTrustCommands(CLI::App& app, ServerContext& context) {
    CLI::App* pair = app.add_subcommand("pair", "Print a link that admits one device, once");
    auto role = std::make_shared<std::string>("pusher");
    auto host = std::make_shared<std::string>();
    pair->add_option("--role", *role,
                     "What the device may do: viewer looks, pusher also runs VMs, admin also ends "
                     "those of others and sends bases")
        ->check(CLI::IsMember({"viewer", "pusher", "admin"}))
        ->capture_default_str();
    pair->add_option("--host", *host,
                     "Name or address in the link (default: the configuration's public-host)")
        ->type_name("HOST");
    pair->footer("Example: synthesis_server pair --role pusher --host edge1.example");
    pair->callback([&context, role, host] {
        context.action = [&context, role, host] { return runPair(context, *role, *host); };
    });

    CLI::App* list = app.add_subcommand("list-token", "List the devices that were paired");
    list->footer("Example: synthesis_server list-token --json");
    list->callback([&context] { context.action = [&context] { return runListToken(context); }; });

    CLI::App* revoke = app.add_subcommand("revoke-token", "Trust a device no longer");
    auto which = std::make_shared<std::string>();
    revoke
        ->add_option("device", *which, "Its name, its id or the beginning of that (see list-token)")
        ->required()
        ->type_name("DEVICE");
    revoke->footer("Example: synthesis_server revoke-token phone");
    revoke->callback([&context, which] {
        context.action = [&context, which] { return runRevokeToken(context, *which); };
    });
}

}  // namespace cloudlet
