// overlay, list-overlay.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <mutex>

#include "app/cloudlet/context.h"
#include "app/cloudlet/enter_key.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/base/format.h"
#include "engine/jobs/author.h"
#include "engine/jobs/run_script.h"
#include "engine/jobs/snapshot_trigger.h"

namespace cloudlet {

namespace {

struct AuthorOptions {
    std::string base;
    std::string output;
    std::string script;
    std::string snapshotWhen;
    std::string title;
    std::string notes;
    std::string profile = "balanced";
    std::string onError = "end";
    std::vector<std::string> forwards;
    unsigned limitSeconds = 1800;
    bool noClean = false;
    std::string rehearseUntil;
    bool noRehearsal = false;
};

// The script first, then the trigger; with neither, Enter.
Result<std::function<Result<void>(Domain&, const std::vector<PortForward>&)>> customiser(
    const Context& context, const AuthorOptions& options, Progress& progress) {
    std::optional<std::string> script;
    if (!options.script.empty()) script = TRY(readScript(absolutePath(options.script)));
    std::optional<SnapshotTrigger> trigger;
    if (!options.snapshotWhen.empty()) {
        trigger = TRY(parseSnapshotTrigger(options.snapshotWhen));
    } else if (!script) {
        trigger = TRY(enterKeyTrigger());
    }
    const std::chrono::seconds limit(options.limitSeconds);
    return std::function(
        [=, &context, &progress](Domain& domain,
                                 const std::vector<PortForward>& forwards) -> Result<void> {
            for (const PortForward& forward : forwards) {
                progress.notice(fmt::format("Port {} of this host leads to port {} of the guest.",
                                            forward.hostPort, forward.guestPort));
            }
            if (script) TRY(runScriptInGuest(domain, *script, limit, progress, context.stop));
            if (trigger) TRY(waitFor(*trigger, domain, limit, progress, context.stop));
            return {};
        });
}

// What the meter said last, between its thread and the one that draws.
class MeterLine {
public:
    void set(const OverlayEstimate& estimate) {
        const std::lock_guard lock(m_mutex);
        if (m_isOpen) m_text = meterText(estimate);
    }
    // The guest is captured from now on.
    void close() {
        const std::lock_guard lock(m_mutex);
        m_isOpen = false;
        m_text.clear();
    }
    std::string text() const {
        const std::lock_guard lock(m_mutex);
        return m_text;
    }

private:
    mutable std::mutex m_mutex;
    bool m_isOpen = true;
    std::string m_text;
};

// Only where somebody sees it, as measuring takes a part of a core.
void showMeter(MeterLine& line, const Terminal& terminal, AuthorRequest& request) {
    if (!terminal.isLive()) return;
    request.measured = [&line](const OverlayEstimate& estimate) { line.set(estimate); };
    request.customise = [&line, customise = std::move(request.customise)](
                            Domain& domain, const std::vector<PortForward>& forwards) {
        const Result<void> done = customise(domain, forwards);
        line.close();
        return done;
    };
}

void printReport(const Context& context, const AuthorRequest& request, const AuthorReport& report) {
    json::Object object = createdToJson(report.created, request.output);
    object["resumeSeconds"] = report.resumeSeconds;
    if (report.rehearsal) object["rehearsal"] = rehearsalToJson(*report.rehearsal);
    const std::string text =
        createdText(report.created, request.output) +
        fmt::format("  base resumed in {}\n{}Run it: cloudlet synthesis {}\n",
                    formatDuration(std::chrono::duration<double>(report.resumeSeconds)),
                    report.rehearsal ? rehearsalText(*report.rehearsal) : "",
                    request.output.string());
    context.terminal.result(text, object);
}

Result<void> runAuthor(Context& context, const AuthorOptions& options) {
    AuthorRequest request;
    request.base = options.base;
    request.output = absolutePath(options.output);
    request.title = options.title.empty() ? request.output.stem().string() : options.title;
    request.notes = options.notes;
    request.profile = TRY(parseProfile(options.profile));
    request.forwards = TRY(parseForwards(options.forwards));
    for (const PortForward& forward : TRY(parseRedirections(context.trailing))) {
        request.forwards.push_back(forward);
    }
    if (options.noClean) request.cleaning = Cleaning::never;
    if (options.onError == "keep") request.onError = OnError::keepVm;
    if (!options.rehearseUntil.empty()) {
        request.rehearseUntil = TRY(parseSnapshotTrigger(options.rehearseUntil));
    } else if (!options.noRehearsal) {
        request.rehearseUntil = defaultRehearsalEnd(request.forwards);
    }
    TRY(checkOutput(request.output));
    Progress progress;
    request.customise = TRY(customiser(context, options, progress));
    MeterLine meter;
    showMeter(meter, context.terminal, request);
    std::optional<AuthorReport> report;
    const Services services = TRY(context.services(progress));
    TRY(context.terminal.runWithProgress(
        progress,
        [&]() -> Result<void> {
            report = TRY(authorOverlay(request, services));
            return {};
        },
        [&] { return meter.text(); }));
    printReport(context, request, *report);
    return {};
}

Result<void> runList(Context& context) {
    Catalog& catalog = *TRY(context.catalog());
    std::vector<std::vector<std::string>> rows{{"TITLE", "ID", "BASE", "SIZE", "TAGS", "FILE"}};
    json::Array list;
    const auto allTags = TRY(catalog.tags());
    for (const OverlayRecord& overlay : TRY(catalog.overlays())) {
        const Result<BaseRecord> base = catalog.baseById(overlay.base);
        const auto found = allTags.find(overlay.path.native());
        const std::vector<std::string> tags =
            found == allTags.end() ? std::vector<std::string>() : found->second;
        rows.push_back({escapeForTerminal(overlay.title), overlay.id.hex().substr(0, 12),
                        base ? escapeForTerminal(base->name) : overlay.base.shortHex(),
                        formatBytes(overlay.size), fmt::format("{}", fmt::join(tags, " ")),
                        overlay.path.string() + (overlay.missing ? "  (missing)" : "")});
        list.push_back({{"title", overlay.title},
                        {"id", overlay.id.hex()},
                        {"base", overlay.base.hex()},
                        {"bytes", overlay.size},
                        {"created", overlay.created},
                        {"file", overlay.path.string()},
                        {"tags", json::Array(tags.begin(), tags.end())},
                        {"missing", overlay.missing}});
        if (overlay.parent) list.back().get_object()["parent"] = overlay.parent->hex();
    }
    const std::string text =
        rows.size() > 1 ? formatTable(rows)
                        : "No overlay was made with this catalog yet. Make one: cloudlet overlay\n";
    context.terminal.result(text, {{"overlays", list}});
    return {};
}

}  // namespace

void addOverlayCommands(CLI::App& app, Context& context) {
    auto options = std::make_shared<AuthorOptions>();
    CLI::App* overlay =
        app.add_subcommand("overlay", "Resume a base VM, customise it and write the overlay");
    overlay->add_option("base", options->base, "Name or id of the base VM")
        ->required()
        ->type_name("BASE");
    overlay->add_option("-o,--output", options->output, "File to write")
        ->required()
        ->type_name("FILE");
    overlay->add_option("--run", options->script, "Script to run as root in the guest")
        ->type_name("SCRIPT");
    overlay
        ->add_option("--snapshot-when", options->snapshotWhen,
                     "port:8080 (TCP port answers), line:TEXT (on the serial console) or "
                     "after:30 (seconds); default: after --run, or when you press Enter")
        ->type_name("WHEN");
    overlay
        ->add_option("--limit", options->limitSeconds,
                     "Give up waiting for script or trigger after so many seconds")
        ->capture_default_str();
    overlay
        ->add_option("--forward", options->forwards, "Host port to a guest port; kept in the file")
        ->type_name("tcp:8080:80");
    overlay->add_option("--title", options->title,
                        "One line for people (default: the file's name)");
    overlay->add_option("--notes", options->notes, "Notes for people");
    addProfileOption(*overlay, options->profile);
    overlay->add_flag("--no-clean", options->noClean, "Do not clean the guest before the capture");
    overlay
        ->add_option("--rehearse-until", options->rehearseUntil,
                     "The finished overlay is started once to learn what its VM touches first, "
                     "until port:8080, line:TEXT or after:5; default: its first TCP port, else "
                     "after:5")
        ->type_name("WHEN");
    overlay->add_flag("--no-rehearsal", options->noRehearsal, "Leave the rehearsal out")
        ->excludes("--rehearse-until");
    overlay->add_option("--on-error", options->onError, "What becomes of the VM: end or keep")
        ->check(CLI::IsMember({"end", "keep"}))
        ->capture_default_str();
    overlay->footer(
        "Example: cloudlet overlay sample --run setup.sh --forward tcp:8080:80 -o app.cloudlet");
    overlay->callback([&context, options] {
        context.action = [&context, options] { return runAuthor(context, *options); };
    });

    CLI::App* list = app.add_subcommand("list-overlay", "List the overlays made with this catalog");
    list->footer("Example: cloudlet list-overlay");
    list->callback([&context] { context.action = [&context] { return runList(context); }; });
}

}  // namespace cloudlet
