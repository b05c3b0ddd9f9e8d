// residue.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "app/cloudlet/session_view.h"
#include "engine/jobs/author_session.h"
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

// Whatever comes of it, the VM goes on.
Result<CreatedOverlay> saveAndKeep(Guest& guest, Terminal& terminal, Progress& progress,
                                   const std::function<Result<CreatedOverlay>()>& save) {
    std::optional<CreatedOverlay> created;
    const Result<void> done = terminal.runWithProgress(progress, [&]() -> Result<void> {
        created = TRY(save());
        return {};
    });
    const Result<std::string> kept = guest.keep();
    TRY(done);
    TRY(kept);
    return *std::move(created);
}

Result<CreatedOverlay> save(const SessionRecord& session, std::unique_ptr<Domain> domain,
                            const OverlayRequest& request, Terminal& terminal,
                            const Services& services) {
    if (session.kind == SessionKind::author) {
        AuthorSession author = TRY(AuthorSession::adopt(session, std::move(domain), services));
        return saveAndKeep(author.guest(), terminal, services.progress,
                           [&] { return author.createOverlay(request, services); });
    }
    Guest guest = TRY(Guest::adopt(session, std::move(domain), services));
    return saveAndKeep(guest, terminal, services.progress,
                       [&] { return captureResidue(guest, request, services); });
}

Result<void> runResidue(Context& context, const ResidueOptions& options) {
    Catalog& catalog = *TRY(context.catalog());
    const SessionRecord session = TRY(findRunningSession(catalog, options.session));
    if (session.owner.isAlive()) {
        return Error{ErrorCode::inUse,
                     fmt::format("session {} belongs to process {}, which still watches it: only a "
                                 "VM that was left running can be saved here",
                                 options.session, session.owner.pid)};
    }
    const OverlayRequest request = TRY(requestOf(options, session));
    std::unique_ptr<Domain> domain = TRY(context.attach(session));
    Progress progress;
    const Services services = TRY(context.services(progress));
    const CreatedOverlay created =
        TRY(save(session, std::move(domain), request, context.terminal, services));
    context.terminal.result(createdText(created, request.output) + "Run it: cloudlet synthesis " +
                                request.output.string() + "\n",
                            createdToJson(created, request.output));
    return {};
}

}  // namespace

void addResidueCommand(CLI::App& app, Context& context) {
    auto options = std::make_shared<ResidueOptions>();
    CLI::App* command = app.add_subcommand(
        "residue",
        "Make an overlay of a VM that was left running: synthesised, after use, or being authored "
        "when its program ended; the VM runs on");
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
