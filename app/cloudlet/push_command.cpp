// push: an overlay to a paired cloudlet, where it runs.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/session_view.h"
#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/net/paired_servers.h"
#include "engine/net/residue_file.h"
#include "engine/net/send_base.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

struct PushOptions {
    std::string overlay;
    std::string server;
    std::vector<std::string> forwards;
    std::string residue;
    bool complete = false;
    bool detach = false;
    bool sendBase = false;
};

// Shows how the push goes, and decides when it is over: when a person says so, or when all is
// there and the VM is to be left running.
class PushView : public PushObserver {
public:
    PushView(const Context& context, const PushOptions& options, std::string host)
        : m_context(context), m_options(options), m_host(std::move(host)) {}

    Result<void> openResidue() {
        if (m_options.residue.empty()) return {};
        m_residue.emplace(TRY(ResidueFile::create(absolutePath(m_options.residue))));
        return {};
    }

    void accepted(const push::Accept& accept) override {
        m_session = accept.session;
        if (accept.receivedBytes > 0) {
            m_context.terminal.say("The cloudlet has " + formatBytes(accept.receivedBytes) +
                                   " of it already.");
        }
    }

    void state(const push::State& state) override {
        m_phase = state.phase;
        if (state.phase == push::Phase::running && m_running == 0) {
            m_running = m_began.seconds();
            m_forwards = state.forwards;
            m_context.terminal.say("The VM runs after " + time(m_running) + ".");
            for (const PortForward& forward : state.forwards) {
                m_context.terminal.say(
                    fmt::format("  {}:{} leads to port {} of the guest ({})", m_host,
                                forward.hostPort, forward.guestPort,
                                forward.protocol == PortForward::Protocol::tcp ? "tcp" : "udp"));
            }
        }
        if (state.phase == push::Phase::complete && m_complete == 0) {
            m_complete = m_began.seconds();
            m_context.terminal.say("All of the overlay is there after " + time(m_complete) + ".");
            if (!m_options.detach) m_context.terminal.say("Press Enter to end the VM.");
        }
    }

    Result<void> residue(const push::Residue& part) override {
        return m_residue ? m_residue->write(part) : Result<void>();
    }

    void cut(const Error& error) override {
        m_context.terminal.say(error.message + "; trying to come back");
    }

    std::optional<push::Then> wanted() override {
        if (m_phase != push::Phase::complete) return std::nullopt;
        if (m_options.detach) return push::Then::keep;
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 0) <= 0) return std::nullopt;
        return m_options.residue.empty() ? push::Then::end : push::Then::residue;
    }

    void report() const {
        m_context.terminal.result(
            m_options.detach
                ? fmt::format("Session {} runs on {}.", escapeForTerminal(m_session), m_host)
                : "The session has ended.",
            json::Object{{"session", m_session},
                         {"forwards", forwardsToJsonArray(m_forwards)},
                         {"runningSeconds", m_running},
                         {"completeSeconds", m_complete}});
    }

private:
    static std::string time(double seconds) {
        return formatDuration(std::chrono::duration<double>(seconds));
    }

    const Context& m_context;
    const PushOptions& m_options;
    std::string m_host;
    Stopwatch m_began;
    std::string m_session;
    push::Phase m_phase = push::Phase::receiving;
    std::vector<PortForward> m_forwards;
    double m_running = 0;   // seconds; 0: not yet
    double m_complete = 0;  // the same
    std::optional<ResidueFile> m_residue;
};

Result<void> bringBase(Context& context, ChunkSource& overlay, const PairedServer& server) {
    const Manifest manifest = TRY(readManifest(overlay));
    Catalog& catalog = *TRY(context.catalog());
    Progress progress;
    return context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        TRY(sendBaseIfMissing(catalog, manifest, server, progress, context.stop));
        return {};
    });
}

Result<void> runPush(Context& context, const PushOptions& options) {
    const PairedServer server = TRY(PairedServers().find(options.server));
    FileSource source = TRY(FileSource::open(absolutePath(options.overlay)));
    if (options.sendBase) TRY(bringBase(context, source, server));
    PushPlan plan;
    plan.server = server.access();
    plan.source = &source;
    plan.start = options.complete ? push::Start::complete : push::Start::early;
    plan.forwards = TRY(parseForwards(options.forwards));
    PushView view(context, options, server.address.host);
    TRY(view.openResidue());
    const Result<void> pushed = pushToServer(plan, view, context.stop);
    if (!pushed) return explainRefusal(pushed.error(), server, source, context.stop);
    view.report();
    return {};
}

}  // namespace

void addPushCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<PushOptions>();
    CLI::App* command =
        app.add_subcommand("push", "Send an overlay to a cloudlet and run it there");
    command->add_option("overlay", options->overlay, "Overlay file")->required()->type_name("FILE");
    command->add_option("--to", options->server, "A paired cloudlet: its name, or its host")
        ->required()
        ->type_name("HOST");
    command
        ->add_option("--forward", options->forwards,
                     "A guest port to reach there, besides those that the overlay names; the "
                     "cloudlet chooses its own port for it")
        ->type_name("tcp:0:80");
    command->add_flag("--complete", options->complete,
                      "Start the VM when all has arrived, not at once");
    command->add_flag("--detach", options->detach,
                      "Return when all has arrived and leave the VM running there");
    command->add_flag("--send-base", options->sendBase,
                      "Send the overlay's base VM first, if the cloudlet does not hold it; for "
                      "admins. Interrupted and given again soon, it goes on where it was");
    command->add_option("--residue", options->residue, "At the end, fetch what has changed")
        ->type_name("FILE");
    command->footer("Example: cloudlet push app.cloudlet --to edge1");
    command->callback([&context, options] {
        context.action = [&context, options] { return runPush(context, *options); };
    });
}

}  // namespace cloudlet
