// synthesis.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/session_view.h"
#include "app/cloudlet/viewer.h"
#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/synthesise.h"

namespace cloudlet {

namespace {

struct SynthesisOptions {
    std::string overlay;
    std::vector<std::string> forwards;
    std::uint16_t untilPort = 0;
    unsigned limitSeconds = 300;
    bool display = false;
    bool detach = false;
};

struct Times {
    double running = 0;  // from the start of the command's work
    double answer = 0;   // of --until-port; 0 without
};

std::string timeText(double seconds) {
    return formatDuration(std::chrono::duration<double>(seconds));
}

void printReport(const Context& context, const SynthesisOptions& options, const Synthesised& vm,
                 const Times& times) {
    const SynthesisReport& report = vm.report;
    std::string text = fmt::format(
        "\"{}\" runs as session {} after {} (base copied in {}, overlay replayed in "
        "{}, resumed in {}).\n",
        escapeForTerminal(report.manifest.title), vm.guest.sessionId().substr(0, 8),
        timeText(times.running), timeText(report.copySeconds), timeText(report.replaySeconds),
        timeText(report.resumeSeconds));
    if (options.untilPort != 0) {
        text +=
            fmt::format("  port {} answered after {}\n", options.untilPort, timeText(times.answer));
    }
    for (const PortForward& forward : vm.guest.forwards()) {
        text += fmt::format("  127.0.0.1:{} leads to port {} of the guest ({})\n", forward.hostPort,
                            forward.guestPort,
                            forward.protocol == PortForward::Protocol::tcp ? "tcp" : "udp");
    }
    json::Object object{{"session", vm.guest.sessionId()},
                        {"title", report.manifest.title},
                        {"base", report.base.id.hex()},
                        {"forwards", forwardsToJsonArray(vm.guest.forwards())},
                        {"copySeconds", report.copySeconds},
                        {"replaySeconds", report.replaySeconds},
                        {"resumeSeconds", report.resumeSeconds},
                        {"runningSeconds", times.running}};
    if (options.untilPort != 0) object["answerSeconds"] = times.answer;
    context.terminal.result(text, object);
}

// Until the guest ends by itself, Enter is pressed or a signal comes.
Result<void> stayWith(Guest& guest, const Context& context) {
    const bool person = ::isatty(STDIN_FILENO) == 1;
    context.terminal.say(person ? "Press Enter to end the VM." : "Ctrl-C (SIGINT) ends the VM.");
    while (true) {
        if (context.stop.stop_requested()) return Error{ErrorCode::cancelled, "the VM is ended"};
        pollfd input{person ? STDIN_FILENO : -1, POLLIN, 0};
        if (::poll(&input, 1, 200) > 0) return guest.end();
        const DomainStatus status = TRY(guest.domain().status());
        if (status.state == DomainState::shutOff) return {};
        if (status.state == DomainState::crashed) {
            return Error{ErrorCode::failed, "the VM has crashed: " + status.reason};
        }
    }
}

Result<void> runSynthesis(Context& context, const SynthesisOptions& options) {
    const Stopwatch began;
    FileSource source = TRY(FileSource::open(absolutePath(options.overlay)));
    SynthesisRequest request;
    request.source = &source;
    request.forwards = TRY(parseForwards(options.forwards));
    for (const PortForward& forward : TRY(parseRedirections(context.trailing))) {
        request.forwards.push_back(forward);
    }
    Progress progress;
    const Services services = TRY(context.services(progress));
    std::optional<Synthesised> vm;
    Times times;
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        vm.emplace(TRY(synthesise(request, services)));
        times.running = began.seconds();
        if (options.untilPort == 0) return {};
        progress.beginStage(fmt::format("waiting for port {}", options.untilPort));
        TRY(waitForGuestPort(vm->guest.domain(), options.untilPort,
                             std::chrono::seconds(options.limitSeconds), context.stop));
        times.answer = began.seconds();
        return {};
    }));
    printReport(context, options, *vm, times);
    if (options.display) TRY(openViewer(vm->guest.domain().consoleAddress(), context.terminal));
    if (options.detach) {
        const std::string id = vm->guest.keep();
        context.terminal.say("End it with: cloudlet stop " + id.substr(0, 8));
        return {};
    }
    return stayWith(vm->guest, context);
}

}  // namespace

void addSynthesisCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<SynthesisOptions>();
    CLI::App* command =
        app.add_subcommand("synthesis", "Bring the VM of an overlay to life from base and overlay");
    command->add_option("overlay", options->overlay, "Overlay file")->required()->type_name("FILE");
    command
        ->add_option("--forward", options->forwards,
                     "Host port to a guest port, besides those that the overlay names; host "
                     "port 0 is any free one")
        ->type_name("tcp:8080:80");
    command
        ->add_option("--until-port", options->untilPort,
                     "Report when this TCP port of the guest answers")
        ->check(CLI::Range(1, 65535))
        ->type_name("PORT");
    command->add_option("--limit", options->limitSeconds, "Give up waiting after so many seconds")
        ->capture_default_str();
    command->add_flag("--display", options->display, "Open a VNC viewer on the VM's console");
    command->add_flag("--detach", options->detach,
                      "Leave the VM running and return (see list-session, stop)");
    command->footer("Example: cloudlet synthesis app.cloudlet --until-port 8080 --detach");
    command->callback([&context, options] {
        context.action = [&context, options] { return runSynthesis(context, *options); };
    });
}

}  // namespace cloudlet
