// pair, list-server, forget-server, discover.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "engine/base/format.h"
#include "engine/net/discovery.h"
#include "engine/net/http_client.h"
#include "engine/net/paired_servers.h"
#include "engine/net/pairing.h"

namespace cloudlet {

namespace {

struct PairOptions {
    std::string link;
    std::string name;
    std::string device;
};

std::string ownName() {
    char name[65] = {};
    return ::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "a device";
}

json::Object toJson(const PairedServer& server) {
    return {{"name", server.name},
            {"address", server.address.text()},
            {"fingerprint", server.fingerprint.hex()},
            {"role", toString(server.role)}};
}

Result<void> runPair(Context& context, const PairOptions& options) {
    const PairLink link = TRY(PairLink::parse(options.link));
    PairedServers servers;
    TRY(servers.all());  // one that cannot be written to must not cost the link
    const std::string device = options.device.empty() ? ownName() : options.device;
    const PairedServer server = TRY(
        servers.keep(TRY(pairWithServer(link, device, options.name, context.stop)), context.stop));
    const std::string place = server.keyring.empty() ? servers.file().string() +
                                                           ", which only you may read: no desktop "
                                                           "keyring took it"
                                                     : "the desktop's keyring";
    context.terminal.result(
        fmt::format("Paired with \"{}\" ({}) as {}.\nIts token is kept in {}.\n",
                    escapeForTerminal(server.name), server.address.text(), toString(server.role),
                    place),
        {{"paired", toJson(server)}, {"inKeyring", !server.keyring.empty()}});
    return {};
}

Result<void> runListServer(Context& context, bool ask) {
    std::vector<std::vector<std::string>> rows{{"NAME", "ADDRESS", "ROLE"}};
    if (ask) rows.front().insert(rows.front().end(), {"SESSIONS", "BASES", "STATE"});
    json::Array list;
    for (const PairedServer& server : TRY(PairedServers().all())) {
        json::Object object = toJson(server);
        rows.push_back(
            {escapeForTerminal(server.name), server.address.text(), toString(server.role)});
        if (ask) {
            const auto load = askServer(server.access(), "GET", "/v1/statistics", {}, context.stop);
            const auto bases = askServer(server.access(), "GET", "/v1/bases", {}, context.stop);
            if (context.stop.stop_requested()) return Error{ErrorCode::cancelled, "stopped"};
            const auto of = [](const Result<json::Object>& answer, const char* key) {
                return answer && answer->contains(key) ? answer->at(key) : json::Value();
            };
            object["statistics"] = load ? json::Value(*load) : json::Value();
            object["bases"] = of(bases, "bases");
            const json::Value sessions = of(load, "sessions");
            const json::Value* baseList = object.if_contains("bases");
            rows.back().push_back(sessions.is_null() ? "" : json::serialize(sessions));
            rows.back().push_back(
                baseList->is_array() ? std::to_string(baseList->get_array().size()) : "");
            rows.back().push_back(load ? "answers" : escapeForTerminal(load.error().message));
            if (!load) object["error"] = toString(load.error().code);
        }
        list.push_back(object);
    }
    context.terminal.result(
        rows.size() > 1 ? formatTable(rows)
                        : "Not paired with any server. Run \"synthesis_server pair\" there and "
                          "\"cloudlet pair LINK\" here.\n",
        {{"servers", list}});
    return {};
}

Result<void> runForget(Context& context, const std::string& which) {
    const PairedServer server = TRY(PairedServers().forget(which));
    context.terminal.result(
        fmt::format("\"{}\" is forgotten. It still trusts this device's old token until \"{}\" is "
                    "run there.\n",
                    escapeForTerminal(server.name), "synthesis_server revoke-token"),
        {{"forgotten", toJson(server)}});
    return {};
}

// Whether a found server is one of ours, and the one that it says it is.
std::string trustText(const FoundServer& found, const std::vector<PairedServer>& paired) {
    for (const PairedServer& server : paired) {
        const bool sameKey = server.fingerprint == found.text.fingerprint;
        if (sameKey) return "paired as \"" + escapeForTerminal(server.name) + "\"";
        if (server.name == found.name || server.address == found.address) {
            return "NOT the \"" + escapeForTerminal(server.name) +
                   "\" that you paired with: another key";
        }
    }
    return "not paired";
}

Result<void> runDiscover(Context& context, double seconds) {
    const std::vector<PairedServer> paired = TRY(PairedServers().all());
    const auto howLong = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    const std::vector<FoundServer> found = TRY(discoverServers(howLong, context.stop));
    std::vector<std::vector<std::string>> rows{{"NAME", "ADDRESS", "BASES", "TRUST"}};
    json::Array list;
    for (const FoundServer& server : found) {
        rows.push_back({escapeForTerminal(server.name), server.address.text(),
                        std::to_string(server.text.bases), trustText(server, paired)});
        list.push_back(json::Object{{"name", server.name},
                                    {"address", server.address.text()},
                                    {"fingerprint", server.text.fingerprint.hex()},
                                    {"bases", server.text.bases},
                                    {"trust", rows.back().back()}});
    }
    context.terminal.result(
        rows.size() > 1 ? formatTable(rows) : "No server tells of itself on this network.\n",
        {{"servers", list}});
    return {};
}

void addPair(CLI::App& app, Context& context) {
    auto options = std::make_shared<PairOptions>();
    CLI::App* command = app.add_subcommand("pair", "Pair this computer with a cloudlet's server");
    command
        ->add_option("link", options->link,
                     "What \"synthesis_server pair\" printed there, in quotes")
        ->required()
        ->type_name("LINK");
    command->add_option("--name", options->name, "What to call the server (default: its host)")
        ->type_name("NAME");
    command
        ->add_option("--device", options->device,
                     "What the server is to call this device (default: this host's name)")
        ->type_name("NAME");
    command->footer(
        "The token that this gets is kept in the desktop's keyring, if one is there and open, and "
        "else in\na file that only you may read; it says where.\n"
        "Example: cloudlet pair 'cloudlet://edge1:8021/#...' --name edge1");
    command->callback([&context, options] {
        context.action = [&context, options] { return runPair(context, *options); };
    });
}

}  // namespace

void addServerCommands(CLI::App& app, Context& context) {
    addPair(app, context);

    auto ask = std::make_shared<bool>(false);
    CLI::App* list = app.add_subcommand("list-server", "List the servers that this is paired with");
    list->add_flag("--ask", *ask, "Ask each for its load and its bases");
    list->footer("Example: cloudlet list-server --ask");
    list->callback([&context, ask] {
        context.action = [&context, ask] { return runListServer(context, *ask); };
    });

    auto which = std::make_shared<std::string>();
    CLI::App* forget =
        app.add_subcommand("forget-server", "Forget a server, its key and our token");
    forget->add_option("server", *which, "Its name or address (see list-server)")
        ->required()
        ->type_name("SERVER");
    forget->footer("Example: cloudlet forget-server edge1");
    forget->callback([&context, which] {
        context.action = [&context, which] { return runForget(context, *which); };
    });

    auto seconds = std::make_shared<double>(2);
    CLI::App* discover =
        app.add_subcommand("discover", "Find servers on the local network (DNS-SD)");
    discover->add_option("--seconds", *seconds, "How long to listen")
        ->check(CLI::Range(0.1, 600.0))
        ->capture_default_str();
    discover->footer("Example: cloudlet discover");
    discover->callback([&context, seconds] {
        context.action = [&context, seconds] { return runDiscover(context, *seconds); };
    });
}

}  // namespace cloudlet
