// list-session, stop, screenshot.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/session_view.h"
#include "engine/base/format.h"
#include "engine/jobs/guest.h"

namespace cloudlet {

namespace {

std::string ageText(const SessionRecord& session) {
    const std::int64_t until = session.ended ? *session.ended : std::time(nullptr);
    return formatDuration(std::chrono::duration<double>(
        static_cast<double>(std::max<std::int64_t>(0, until - session.started))));
}

Result<void> runList(Context& context, bool all) {
    const Catalog& catalog = *TRY(context.catalog());
    std::vector<std::vector<std::string>> rows{{"SESSION", "TITLE", "STATE", "RAN", "PORTS"}};
    json::Array list;
    for (const SessionRecord& session : TRY(catalog.sessions())) {
        if (!all && session.state != SessionState::running) continue;
        const json::Object object = sessionToJson(session);
        std::string ports;
        for (const PortForward& forward : forwardsFromJson(session.forwards)) {
            ports += (ports.empty() ? "" : ", ") + forward.text();
        }
        rows.push_back({session.id.substr(0, 8), escapeForTerminal(session.title),
                        std::string(object.at("state").as_string()), ageText(session), ports});
        list.push_back(object);
    }
    const std::string text = rows.size() > 1 ? formatTable(rows)
                             : all           ? "No VM has run yet.\n"
                                             : "No VM is running.\n";
    context.terminal.result(text, {{"sessions", list}});
    return {};
}

Result<void> runStop(Context& context, const std::string& text) {
    Catalog& catalog = *TRY(context.catalog());
    const SessionRecord session = TRY(findRunningSession(catalog, text));
    if (session.owner.isAlive() && session.owner != ProcessIdentity::self()) {
        return Error{ErrorCode::inUse,
                     fmt::format("session {} belongs to process {}, which still watches it: end it "
                                 "there (Ctrl-C)",
                                 text, session.owner.pid)};
    }
    TRY(endSurvivor(catalog, session));
    context.terminal.result("Session " + session.id.substr(0, 8) + " is ended.",
                            {{"stopped", session.id}});
    return {};
}

Result<void> runScreenshot(Context& context, const std::string& text, const std::string& file) {
    Catalog& catalog = *TRY(context.catalog());
    const SessionRecord session = TRY(findRunningSession(catalog, text));
    const std::unique_ptr<Domain> domain = TRY(context.attach(session));
    const Result<Bytes> picture = domain->screenshot(context.stop);
    domain->detach();
    TRY(writeWholeFile(absolutePath(file), TRY(Result<Bytes>(picture))));
    context.terminal.result("The console is in " + file + ".", {{"file", file}});
    return {};
}

}  // namespace

void addSessionCommands(CLI::App& app, Context& context) {
    auto all = std::make_shared<bool>(false);
    CLI::App* list = app.add_subcommand("list-session", "List the VMs that run");
    list->add_flag("--all", *all, "Those that have ended, too");
    list->footer("Example: cloudlet list-session --all");
    list->callback(
        [&context, all] { context.action = [&context, all] { return runList(context, *all); }; });

    auto session = std::make_shared<std::string>();
    CLI::App* stop = app.add_subcommand("stop", "End a VM that was left running");
    stop->add_option("session", *session, "Id, or its beginning")->required()->type_name("SESSION");
    stop->footer("Example: cloudlet stop 3f2a");
    stop->callback([&context, session] {
        context.action = [&context, session] { return runStop(context, *session); };
    });

    auto file = std::make_shared<std::string>();
    CLI::App* screenshot = app.add_subcommand("screenshot", "Save a picture of a VM's console");
    screenshot->add_option("session", *session, "Id, or its beginning")
        ->required()
        ->type_name("SESSION");
    screenshot->add_option("file", *file, "PNG to write")->required()->type_name("PNG");
    screenshot->footer("Example: cloudlet screenshot 3f2a console.png");
    screenshot->callback([&context, session, file] {
        context.action = [&context, session, file] {
            return runScreenshot(context, *session, *file);
        };
    });
}

}  // namespace cloudlet
