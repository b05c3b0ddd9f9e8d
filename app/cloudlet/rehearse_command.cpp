// rehearse.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/enter_key.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

struct RehearsalOptions {
    std::string overlay;
    std::string output;
    std::string until;
    unsigned limitSeconds = 300;
    bool forget = false;
};

Result<void> runRehearsal(Context& context, const RehearsalOptions& options) {
    RehearsalRequest request;
    request.overlay = absolutePath(options.overlay);
    request.output = options.output.empty() ? request.overlay : absolutePath(options.output);
    request.limit = std::chrono::seconds(options.limitSeconds);
    request.keepEarlier = !options.forget;
    if (options.until.empty()) {
        FileSource source = TRY(FileSource::open(request.overlay));
        request.until = defaultRehearsalEnd(TRY(readManifest(source)).ports);
    } else {
        request.until = options.until == "enter" ? TRY(enterKeyTrigger())
                                                 : TRY(parseSnapshotTrigger(options.until));
    }
    Progress progress;
    std::optional<RehearsalReport> report;
    const Services services = TRY(context.services(progress));
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        report = TRY(rehearse(request, services));
        return {};
    }));
    json::Object object = rehearsalToJson(*report);
    object["file"] = request.output.string();
    object["id"] = report->overlay.id.hex();
    object["bytes"] = report->overlay.fileBytes;
    context.terminal.result(fmt::format("Overlay {} ({} bytes).\n{}", request.output.string(),
                                        report->overlay.fileBytes, rehearsalText(*report)),
                            object);
    return {};
}

}  // namespace

void addRehearseCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<RehearsalOptions>();
    CLI::App* rehearsal = app.add_subcommand(
        "rehearse", "Learn what an overlay's VM touches first, and put that first in the file");
    rehearsal->add_option("overlay", options->overlay, "Overlay file")
        ->required()
        ->type_name("FILE");
    rehearsal
        ->add_option("--until", options->until,
                     "The VM counts as started: port:8080, line:TEXT, after:30 or enter; default: "
                     "the overlay's first TCP port, else after:5")
        ->type_name("WHEN");
    rehearsal->add_option("-o,--output", options->output, "Write here and leave FILE as it is")
        ->type_name("FILE");
    rehearsal->add_option("--limit", options->limitSeconds, "Give up after so many seconds")
        ->capture_default_str();
    rehearsal->add_flag("--forget", options->forget, "Drop what earlier rehearsals found");
    rehearsal->footer("Example: cloudlet rehearse app.cloudlet --until port:8080");
    rehearsal->callback([&context, options] {
        context.action = [&context, options] { return runRehearsal(context, *options); };
    });
}

}  // namespace cloudlet
