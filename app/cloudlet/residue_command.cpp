// residue.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "app/cloudlet/session_view.h"
#include "engine/jobs/residue.h"

namespace cloudlet {

namespace {

struct ResidueOptions {
    std::string session;
    std::string output;
    std::string title;
    std::string notes;
    std::string profile = "balanced";
    bool noClean = false;
};

Result<OverlayRequest> requestOf(const ResidueOptions& options, const SessionRecord& session) {
    OverlayRequest request;
    request.output = absolutePath(options.output);
    request.title = options.title.empty() ? session.title : options.title;
    request.notes = options.notes;
    request.profile = TRY(parseProfile(options.profile));
    if (options.noClean) request.cleaning = Cleaning::never;
    TRY(checkOutput(request.output));
    return request;
}

Result<void> runResidue(Context& context, const ResidueOptions& options) {
    Catalog& catalog = *TRY(context.catalog());
    const SessionRecord session = TRY(findRunningSession(catalog, options.session));
    if (session.owner.isAlive()) {
        return Error{ErrorCode::inUse,
                     fmt::format("session {} belongs to process {}, which still watches it: only a "
                                 "VM that was left running (synthesis --detach) can be saved here",
                                 options.session, session.owner.pid)};
    }
    const OverlayRequest request = TRY(requestOf(options, session));
    std::unique_ptr<Domain> domain = TRY(context.attach(session));
    Progress progress;
    const Services services = TRY(context.services(progress));
    Guest guest = TRY(Guest::adopt(session, std::move(domain), services));
    std::optional<CreatedOverlay> created;
    const Result<void> done = context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        created = TRY(captureResidue(guest, request, services));
        return {};
    });
    const Result<std::string> kept = guest.keep();  // whatever came of it, the VM goes on
    TRY(done);
    TRY(kept);
    context.terminal.result(createdText(*created, request.output) + "Run it: cloudlet synthesis " +
                                request.output.string() + "\n",
                            createdToJson(*created, request.output));
    return {};
}

}  // namespace

void addResidueCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<ResidueOptions>();
    CLI::App* command = app.add_subcommand(
        "residue", "Make an overlay of a synthesised VM after use; the VM runs on");
    command->add_option("session", options->session, "Id of a VM left running, or its beginning")
        ->required()
        ->type_name("SESSION");
    command->add_option("-o,--output", options->output, "File to write")
        ->required()
        ->type_name("FILE");
    command->add_option("--title", options->title, "One line for people (default: the VM's)");
    command->add_option("--notes", options->notes, "Notes for people");
    addProfileOption(*command, options->profile);
    command->add_flag("--no-clean", options->noClean, "Do not clean the guest before the capture");
    command->footer("Example: cloudlet residue 3f2a -o used.cloudlet");
    command->callback([&context, options] {
        context.action = [&context, options] { return runResidue(context, *options); };
    });
}

}  // namespace cloudlet
