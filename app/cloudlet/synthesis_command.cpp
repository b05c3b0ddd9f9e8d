// synthesis.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "app/cloudlet/session_view.h"
#include "app/cloudlet/viewer.h"
#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/residue.h"
#include "engine/jobs/synthesise.h"
#include "engine/net/http_source.h"

namespace cloudlet {

namespace {

struct SynthesisOptions {
    std::string overlay;
    std::vector<std::string> forwards;
    std::uint16_t untilPort = 0;
    unsigned limitSeconds = 300;
    bool display = false;
    bool detach = false;
    bool earlyStart = false;
    std::string residue;
};

// From the start of the command's work.
struct Times {
    double running = 0;
    double answer = 0;                    // of --until-port; 0 without
    double complete = 0;                  // the whole overlay has arrived; 0 before
    std::uint64_t bytesBeforeAnswer = 0;  // of the overlay, as the source sent them
};

std::string timeText(double seconds) {
    return formatDuration(std::chrono::duration<double>(seconds));
}

json::Object statisticsToJson(const Synthesised& vm) {
    const FeedStatus feed = vm.feed->status();
    json::Object object{{"segments", feed.segments},
                        {"demandedSegments", feed.demandedSegments},
                        {"overlayBytes", feed.totalBytes}};
    const Result<MountStatistics> mount = vm.guest.mount().statistics();
    if (!mount) return object;
    object["waits"] = mount->waits;
    object["waitP50Seconds"] = std::chrono::duration<double>(mount->waitP50).count();
    object["waitP99Seconds"] = std::chrono::duration<double>(mount->waitP99).count();
    object["waitMostSeconds"] = std::chrono::duration<double>(mount->waitMost).count();
    object["demandedChunks"] = mount->disk.demanded + mount->memory.demanded;
    object["placedInTimeChunks"] = mount->disk.placedInTime + mount->memory.placedInTime;
    return object;
}

// One line about how well the early start went.
std::string statisticsText(const Synthesised& vm) {
    const Result<MountStatistics> mount = vm.guest.mount().statistics();
    if (!mount) return "";
    const std::uint64_t inTime = mount->disk.placedInTime + mount->memory.placedInTime;
    const std::uint64_t late = mount->disk.demanded + mount->memory.demanded;
    std::string text = fmt::format(
        "  {} chunks were there when the guest wanted them, for {} it waited", inTime, late);
    if (mount->waits > 0) {
        text += fmt::format(" ({} times; half under {}, 99 % under {})", mount->waits,
                            formatDuration(std::chrono::duration<double>(mount->waitP50)),
                            formatDuration(std::chrono::duration<double>(mount->waitP99)));
    }
    return text + "\n";
}

std::string reportText(const SynthesisOptions& options, const Synthesised& vm, const Times& times) {
    const SynthesisReport& report = vm.report;
    std::string text = fmt::format(
        "\"{}\" runs as session {} after {} ({}resumed in {}).\n",
        escapeForTerminal(report.manifest.title), vm.guest.sessionId().substr(0, 8),
        timeText(times.running),
        options.earlyStart ? "" : "overlay placed in " + timeText(report.placeSeconds) + ", ",
        timeText(report.resumeSeconds));
    if (options.untilPort != 0) {
        text += fmt::format(
            "  port {} answered after {}{}\n", options.untilPort, timeText(times.answer),
            options.earlyStart
                ? ", with " + formatBytes(times.bytesBeforeAnswer) + " of the overlay here"
                : "");
    }
    for (const PortForward& forward : vm.guest.forwards()) {
        text += fmt::format("  127.0.0.1:{} leads to port {} of the guest ({})\n", forward.hostPort,
                            forward.guestPort,
                            forward.protocol == PortForward::Protocol::tcp ? "tcp" : "udp");
    }
    return text;
}

json::Object reportJson(const SynthesisOptions& options, const Synthesised& vm,
                        const Times& times) {
    const SynthesisReport& report = vm.report;
    json::Object object{{"session", vm.guest.sessionId()},
                        {"title", report.manifest.title},
                        {"base", report.base.id.hex()},
                        {"forwards", forwardsToJsonArray(vm.guest.forwards())},
                        {"earlyStart", options.earlyStart},
                        {"placeSeconds", report.placeSeconds},
                        {"resumeSeconds", report.resumeSeconds},
                        {"runningSeconds", times.running},
                        {"completeSeconds", times.complete},
                        {"statistics", statisticsToJson(vm)}};
    if (options.untilPort != 0) {
        object["answerSeconds"] = times.answer;
        object["bytesBeforeAnswer"] = times.bytesBeforeAnswer;
    }
    return object;
}

Result<void> saveResidue(Synthesised& vm, const SynthesisOptions& options, const Context& context,
                         const Services& services) {
    OverlayRequest request;
    request.output = absolutePath(options.residue);
    request.title = vm.report.manifest.title;
    std::optional<CreatedOverlay> created;
    TRY(context.terminal.runWithProgress(services.progress, [&]() -> Result<void> {
        created = TRY(captureResidue(vm, request, services));
        return {};
    }));
    context.terminal.say(createdText(*created, request.output));
    return {};
}

// --residue is for a person who says when; a script has "cloudlet residue".
Result<void> checkResidue(const SynthesisOptions& options) {
    if (options.residue.empty()) return {};
    if (::isatty(STDIN_FILENO) == 1) return checkOutput(absolutePath(options.residue));
    return Error{ErrorCode::invalid,
                 "--residue waits for Enter, but standard input is no terminal: use --detach, then "
                 "cloudlet residue"};
}

// Until the guest ends by itself, Enter is pressed or a signal comes.
Result<void> stayWith(Synthesised& vm, const SynthesisOptions& options, const Context& context,
                      const Services& services) {
    const bool person = ::isatty(STDIN_FILENO) == 1;
    context.terminal.say(!options.residue.empty() ? "Press Enter to save the VM and end it."
                         : person                 ? "Press Enter to end the VM."
                                                  : "Ctrl-C (SIGINT) ends the VM.");
    while (true) {
        if (context.stop.stop_requested()) return Error{ErrorCode::cancelled, "the VM is ended"};
        TRY(vm.check());
        pollfd input{person ? STDIN_FILENO : -1, POLLIN, 0};
        if (::poll(&input, 1, 200) > 0) {
            if (options.residue.empty()) return vm.guest.end();
            std::array<char, 256> line;
            static_cast<void>(::read(STDIN_FILENO, line.data(), line.size()));
            const Result<void> saved = saveResidue(vm, options, context, services);
            if (saved) return vm.guest.end();
            context.terminal.say(saved.error().message);
            context.terminal.say("The VM runs on. Press Enter to try again; Ctrl-C ends it.");
        }
        const DomainStatus status = TRY(vm.guest.domain().status());
        if (status.state == DomainState::shutOff) return {};
        if (status.state == DomainState::crashed) {
            return vm.reasonOf({ErrorCode::failed, "the VM has crashed: " + status.reason});
        }
    }
}

// Runs the VM, waits for its port, and for the rest of the overlay.
Result<void> bringUp(const SynthesisRequest& request, const SynthesisOptions& options,
                     const Services& services, std::optional<Synthesised>& vm, Times& times) {
    const Stopwatch began;
    vm.emplace(TRY(synthesise(request, services)));
    times.running = began.seconds();
    if (options.untilPort != 0) {
        services.progress.beginStage(fmt::format("waiting for port {}", options.untilPort));
        TRY(waitForGuestPort(vm->guest.domain(), options.untilPort,
                             std::chrono::seconds(options.limitSeconds), services.stop));
        times.answer = began.seconds();
        times.bytesBeforeAnswer = vm->feed->status().fetchedBytes;
    }
    if (options.earlyStart) {
        services.progress.notice(fmt::format(
            "The VM runs after {}{}; the rest of the overlay "
            "follows.",
            timeText(times.running),
            times.answer > 0 ? " and has answered after " + timeText(times.answer) : ""));
        services.progress.beginStage("fetching the rest of the overlay",
                                     vm->feed->status().totalBytes);
    }
    TRY(vm->feed->waitUntilComplete(services.progress, services.stop));
    times.complete = began.seconds();
    if (options.earlyStart) vm->setClock(services.stop);
    return {};
}

// A file here, or one on a web server, which may be anywhere: its user named it.
Result<std::unique_ptr<ChunkSource>> openOverlay(const std::string& place) {
    if (!isHttpUrl(place)) {
        return std::unique_ptr<ChunkSource>(
            new FileSource(TRY(FileSource::open(absolutePath(place)))));
    }
    HttpPolicy policy;
    policy.mayConnect = nullptr;
    std::unique_ptr<HttpSource> source = TRY(HttpSource::open(place, policy));
    return std::unique_ptr<ChunkSource>(std::move(source));
}

Result<void> runSynthesis(Context& context, const SynthesisOptions& options) {
    TRY(checkResidue(options));
    const std::unique_ptr<ChunkSource> source = TRY(openOverlay(options.overlay));
    SynthesisRequest request;
    request.source = source.get();
    if (options.earlyStart) request.start = SynthesisRequest::Start::early;
    request.forwards = TRY(parseForwards(options.forwards));
    for (const PortForward& forward : TRY(parseRedirections(context.trailing))) {
        request.forwards.push_back(forward);
    }
    Progress progress;
    const Services services = TRY(context.services(progress));
    std::optional<Synthesised> vm;
    Times times;
    const Result<void> up = context.terminal.runWithProgress(
        progress, [&] { return bringUp(request, options, services, vm, times); });
    if (!up) return vm ? vm->reasonOf(up.error()) : up.error();
    std::string text = reportText(options, *vm, times);
    if (options.earlyStart) {
        text += "  the whole overlay was here after " + timeText(times.complete) + "\n" +
                statisticsText(*vm);
    }
    context.terminal.result(text, reportJson(options, *vm, times));
    if (options.display) TRY(openViewer(vm->guest.domain().consoleAddress(), context.terminal));
    if (options.detach) {
        const std::string id = TRY(vm->guest.keep());
        context.terminal.say("End it with: cloudlet stop " + id.substr(0, 8));
        return {};
    }
    return stayWith(*vm, options, context, services);
}

}  // namespace

void addSynthesisCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<SynthesisOptions>();
    CLI::App* command =
        app.add_subcommand("synthesis", "Bring the VM of an overlay to life from base and overlay");
    command->add_option("overlay", options->overlay, "Overlay file, or its http(s) address")
        ->required()
        ->type_name("FILE|URL");
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
    command->add_flag("--early-start", options->earlyStart,
                      "Start the VM at once and bring the overlay while it runs");
    command->add_flag("--display", options->display, "Open a VNC viewer on the VM's console");
    CLI::Option* residue =
        command->add_option("--residue", options->residue,
                            "When Enter ends the VM, save what it has become as a new overlay");
    residue->type_name("FILE");
    command
        ->add_flag("--detach", options->detach,
                   "Leave the VM running and return (see list-session, residue, stop)")
        ->excludes(residue);
    command->footer("Example: cloudlet synthesis app.cloudlet --until-port 8080 --detach");
    command->callback([&context, options] {
        context.action = [&context, options] { return runSynthesis(context, *options); };
    });
}

}  // namespace cloudlet
