// run: the server itself, until a signal ends it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <optional>

#include "app/synthesis_server/server_context.h"
#include "engine/base/confine.h"
#include "engine/base/format.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/guest.h"
#include "engine/net/cloudlet_server.h"
#include "engine/net/discovery.h"
#include "engine/net/local_access.h"
#include "engine/net/paired_gatekeeper.h"
#include "engine/net/secret.h"
#include "engine/net/server_process.h"
#include "engine/net/synthesis_work.h"
#include "engine/net/url_pull.h"
#include "engine/vm/hypervisor.h"

namespace cloudlet {

namespace {

// In place of what the configuration says.
struct RunOptions {
    std::optional<std::string> listen;
    std::optional<std::uint16_t> port;
    std::optional<std::string> forwardAddress;
};

std::uint64_t physicalMemory() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// What is left of memory and disk is the host's own.
Result<SessionLimits> limitsOf(const ServerConfig& config) {
    SessionLimits limits;
    limits.sessions = config.sessions;
    limits.sessionsOfPeer = config.sessionsOfDevice;
    limits.memoryBytes = config.memoryBytes > 0 ? config.memoryBytes : physicalMemory() / 4 * 3;
    limits.diskBytes =
        config.diskBytes > 0 ? config.diskBytes : TRY(freeSpace(config.catalog)) / 5 * 4;
    limits.absence.incomplete = config.absentReceiving;
    limits.absence.complete = config.absentComplete;
    return limits;
}

// Nobody needs to find a server, so that a failure is told and no more.
std::unique_ptr<Announcement> announce(const ServerContext& context, const ServerConfig& config,
                                       const CloudletServer& server, const Hash& fingerprint,
                                       const Catalog& catalog) {
    if (!config.announce) return nullptr;
    std::string name = config.name;
    if (name.empty()) {
        char host[65] = {};
        name = ::gethostname(host, sizeof host - 1) == 0 ? host : "cloudlet";
    }
    auto made = Announcement::start(name, server.port(), fingerprint, [&catalog] {
        const auto bases = catalog.bases();
        return bases ? static_cast<std::uint32_t>(bases->size()) : 0;
    });
    if (made) return std::move(made).value();
    context.terminal.say(made.error().message);
    return nullptr;
}

HttpPolicy pullPolicy(const ServerConfig& config) {
    HttpPolicy policy;
    if (config.pull == ServerConfig::Pull::anywhere) policy.mayConnect = nullptr;
    policy.silence = std::chrono::seconds(10);  // the client waits for its session
    policy.redirects = config.pullRedirects;
    policy.mostBytes = config.pullMostBytes;
    return policy;
}

void waitForStop(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
}

Result<void> serve(ServerContext& context, const ServerConfig& config) {
    Catalog catalog = TRY(Catalog::open(config.catalog));
    if (const Result<void> works = checkConfinement(); !works) {
        context.terminal.say(works.error().message + ": what decodes overlays is not confined");
    }
    for (const std::string& note : catalog.notes()) context.terminal.say(note);
    for (const std::string& note : TRY(sweepDeadGuests(catalog))) context.terminal.say(note);
    const ServerIdentity identity = TRY(ServerIdentity::openOrCreate(config.state));
    TrustStore trust = TRY(TrustStore::open(config.state));
    for (const std::string& note : TRY(takeOverFrom(config.state / "process.json", catalog))) {
        context.terminal.say(note);
    }
    const std::string localToken = TRY(randomSecret());
    PairedGatekeeper gatekeeper(trust);
    gatekeeper.trustThisMachine(localToken);
    HypervisorOptions hypervisorOptions;
    hypervisorOptions.uri = context.libvirtUri;
    hypervisorOptions.network = {GuestNetwork::Reach::forwardsOnly, config.forwardAddress};
    const auto hypervisor = TRY(Hypervisor::open(hypervisorOptions, context.stop));
    SynthesisWork work(catalog, *hypervisor);
    SessionTable sessions(work, catalog.layout().incoming(), TRY(limitsOf(config)),
                          [&](const std::string& line) { context.terminal.say(line); });
    UrlPulls pulls(sessions, pullPolicy(config));
    const bool pull = config.pull != ServerConfig::Pull::off;
    Rest rest(catalog, sessions, gatekeeper, pull ? &pulls : nullptr);
    const CloudletServer server = TRY(
        CloudletServer::start({identity, rest, sessions, gatekeeper}, config.listen, config.port));
    const LocalAccessFile local =
        TRY(LocalAccessFile::create(config.state, {server.port(), localToken}));
    const auto announcement = announce(context, config, server, identity.fingerprint, catalog);
    context.terminal.result(
        fmt::format("Listening on {} port {}; fingerprint {}.", config.listen, server.port(),
                    identity.fingerprint.hex()),
        json::Object{{"port", server.port()}, {"fingerprint", identity.fingerprint.hex()}});
    waitForStop(context.stop);
    context.terminal.say("ending: the VMs of all sessions are ended");
    return {};
}

Result<void> runServer(ServerContext& context, const RunOptions& options) {
    ServerConfig config = TRY(context.config());
    config.listen = options.listen.value_or(config.listen);
    config.port = options.port.value_or(config.port);
    config.forwardAddress = options.forwardAddress.value_or(config.forwardAddress);
    return serve(context, config);
}

}  // namespace

void addRunCommand(CLI::App& app, ServerContext& context) {
    auto options = std::make_shared<RunOptions>();
    CLI::App* command = app.add_subcommand("run", "Serve until a signal ends it");
    command->add_option("--listen", options->listen, "Address to listen on")->type_name("ADDRESS");
    command->add_option("--port", options->port, "Port; 0: any free one")->type_name("PORT");
    command
        ->add_option("--forward-address", options->forwardAddress,
                     "IPv4 address on which the VMs' forwarded ports listen")
        ->type_name("ADDRESS");
    command->footer(
        "All else is in the configuration file; what stands here counts more.\n"
        "Example: synthesis_server run --config edge.conf");
    command->callback([&context, options] {
        context.action = [&context, options] { return runServer(context, *options); };
    });
}

}  // namespace cloudlet
