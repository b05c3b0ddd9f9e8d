// sample-base, base, list-base, del-base, verify-base.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/base_view.h"
#include "app/cloudlet/context.h"
#include "app/cloudlet/enter_key.h"
#include "app/cloudlet/options.h"
#include "engine/base/format.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/create_base.h"
#include "engine/jobs/sample_base.h"

namespace cloudlet {

namespace {

struct BaseOptions {
    std::string disk;
    std::string cdrom;
    std::string newDisk;
    std::string name;
    std::string snapshotWhen;
    std::vector<std::string> forwards;
    unsigned limitSeconds = 1800;
    bool noClean = false;
    bool ifMissing = false;
    MachineOptions machine;
};

void printCreated(const Context& context, const CreateBaseReport& report) {
    const std::string text = fmt::format(
        "Base VM \"{}\" is in the catalog.\n"
        "  id      {}\n  disk    {} ({} used)\n  memory  {} ({} used)\n  state   {}\n"
        "  guest ready after {}, saved in {}{}\n",
        report.base.name, report.base.id.hex(), formatBytes(report.base.vm.diskSize),
        formatBytes(allocatedOrZero(report.base.files.disk())),
        formatBytes(report.base.vm.memorySize),
        formatBytes(allocatedOrZero(report.base.files.memory())),
        formatBytes(report.base.vm.stateSize),
        formatDuration(std::chrono::duration<double>(report.bootSeconds)),
        formatDuration(std::chrono::duration<double>(report.saveSeconds)),
        report.cleaned ? "" : "; not cleaned, as no guest agent answered");
    json::Object object = baseToJson(report.base);
    object["bootSeconds"] = report.bootSeconds;
    object["saveSeconds"] = report.saveSeconds;
    object["cleaned"] = report.cleaned;
    context.terminal.result(text, object);
}

Result<void> runCreate(Context& context, const BaseOptions& options) {
    CreateBaseRequest request;
    request.name = options.name;
    request.machine = TRY(options.machine.spec());
    request.forwards = TRY(parseForwards(options.forwards));
    request.triggerLimit = std::chrono::seconds(options.limitSeconds);
    if (options.noClean) request.cleaning = Cleaning::never;
    if (!options.disk.empty()) request.disk = absolutePath(options.disk);
    if (!options.cdrom.empty()) request.cdrom = absolutePath(options.cdrom);
    if (!options.newDisk.empty()) request.newDiskBytes = TRY(parseSize(options.newDisk));
    if (request.disk.empty() == (request.newDiskBytes == 0)) {
        return Error{ErrorCode::invalid,
                     "name a DISK to boot, or --cdrom ISO with --new-disk SIZE to install onto"};
    }
    if (request.name.empty()) {
        request.name = (request.disk.empty() ? request.cdrom : request.disk).stem().string();
    }
    request.trigger = options.snapshotWhen.empty()
                          ? TRY(enterKeyTrigger())
                          : TRY(parseSnapshotTrigger(options.snapshotWhen));
    Progress progress;
    std::optional<CreateBaseReport> report;
    const Services services = TRY(context.services(progress));
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        report = TRY(createBase(request, services));
        return {};
    }));
    printCreated(context, *report);
    return {};
}

Result<void> runSample(Context& context, const BaseOptions& options) {
    Catalog& catalog = *TRY(context.catalog());
    if (options.ifMissing) {
        Result<BaseRecord> present = catalog.findBase(options.name);
        if (present && present->state == BaseState::ready) {
            context.terminal.result("Base VM \"" + present->name + "\" is in the catalog already.",
                                    baseToJson(*present));
            return {};
        }
    }
    SampleBaseRequest request;
    request.name = options.name;
    request.machine = TRY(options.machine.spec());
    Progress progress;
    std::optional<CreateBaseReport> report;
    const Services services = TRY(context.services(progress));
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        report = TRY(createSampleBase(request, services));
        return {};
    }));
    printCreated(context, *report);
    return {};
}

Result<void> runList(Context& context) {
    Catalog& catalog = *TRY(context.catalog());
    std::vector<std::vector<std::string>> rows{
        {"NAME", "ID", "MEMORY", "DISK", "ON DISK", "STATE"}};
    json::Array list;
    for (const BaseRecord& base : TRY(catalog.bases())) {
        rows.push_back(
            {escapeForTerminal(base.name), base.id.shortHex(), formatBytes(base.vm.memorySize),
             formatBytes(base.vm.diskSize),
             formatBytes(allocatedOrZero(base.files.disk()) + allocatedOrZero(base.files.memory())),
             base.state == BaseState::ready ? "ready" : base.problem});
        list.push_back(baseToJson(base));
    }
    const std::string text = rows.size() > 1
                                 ? formatTable(rows)
                                 : "The catalog holds no base VM. Make one: cloudlet sample-base\n";
    context.terminal.result(text, {{"bases", list}});
    return {};
}

Result<void> runDelete(Context& context, const std::string& name, bool force) {
    Catalog& catalog = *TRY(context.catalog());
    const BaseRecord base = TRY(catalog.findBase(name));
    TRY(catalog.deleteBase(base.id, force ? Catalog::Force::yes : Catalog::Force::no));
    context.terminal.result("Base VM \"" + escapeForTerminal(base.name) + "\" is deleted.",
                            {{"deleted", base.id.hex()}});
    return {};
}

Result<void> runVerify(Context& context, const std::string& name) {
    Catalog& catalog = *TRY(context.catalog());
    const BaseRecord base = TRY(catalog.findBase(name));
    Progress progress;
    TRY(context.terminal.runWithProgress(
        progress, [&] { return catalog.verifyBase(base.id, progress, context.stop); }));
    context.terminal.result("Base VM \"" + escapeForTerminal(base.name) + "\" is as it was saved.",
                            {{"verified", base.id.hex()}});
    return {};
}

void addCreateCommands(CLI::App& app, Context& context) {
    auto options = std::make_shared<BaseOptions>();
    CLI::App* base = app.add_subcommand("base", "Boot a disk and make a base VM of it");
    base->add_option("disk", options->disk, "Raw or qcow2 disk image; it is copied, not changed")
        ->type_name("DISK");
    base->add_option("--cdrom", options->cdrom, "Installer image to boot from")->type_name("ISO");
    base->add_option("--new-disk", options->newDisk, "Install onto a new disk of this size")
        ->type_name("SIZE");
    base->add_option("--name", options->name, "Name in the catalog (default: the file's)");
    base->add_option("--snapshot-when", options->snapshotWhen,
                     "port:8080 (TCP port answers), line:TEXT (on the serial console) or after:30 "
                     "(seconds); default: when you press Enter")
        ->type_name("WHEN");
    base->add_option("--limit", options->limitSeconds, "Give up waiting after so many seconds")
        ->capture_default_str();
    base->add_option("--forward", options->forwards, "Host port to a guest port while it runs")
        ->type_name("tcp:8080:80");
    base->add_flag("--no-clean", options->noClean, "Do not clean the guest before it is saved");
    options->machine.addTo(*base);
    base->footer("Example: cloudlet base debian.qcow2 --name debian --snapshot-when line:login:");
    base->callback([&context, options] {
        context.action = [&context, options] { return runCreate(context, *options); };
    });

    auto sampleOptions = std::make_shared<BaseOptions>();
    sampleOptions->name = "sample";
    CLI::App* sample = app.add_subcommand(
        "sample-base", "Build a small Debian guest from packages and make a base VM of it");
    sample->add_option("--name", sampleOptions->name, "Name in the catalog")->capture_default_str();
    sample->add_flag("--if-missing", sampleOptions->ifMissing,
                     "Do nothing if a base of that name is there");
    sampleOptions->machine.addTo(*sample);
    sample->footer("Example: cloudlet sample-base --memory 1G");
    sample->callback([&context, sampleOptions] {
        context.action = [&context, sampleOptions] { return runSample(context, *sampleOptions); };
    });
}

}  // namespace

void addBaseCommands(CLI::App& app, Context& context) {
    addCreateCommands(app, context);

    CLI::App* list = app.add_subcommand("list-base", "List the base VMs of the catalog");
    list->footer("Example: cloudlet list-base --json");
    list->callback([&context] { context.action = [&context] { return runList(context); }; });

    auto name = std::make_shared<std::string>();
    auto force = std::make_shared<bool>(false);
    CLI::App* del = app.add_subcommand("del-base", "Delete a base VM");
    del->add_option("base", *name, "Name or id")->required()->type_name("BASE");
    del->add_flag("--force", *force, "Even if overlays of the catalog need it");
    del->footer("Example: cloudlet del-base sample");
    del->callback([&context, name, force] {
        context.action = [&context, name, force] { return runDelete(context, *name, *force); };
    });

    CLI::App* verify =
        app.add_subcommand("verify-base", "Read a base VM again and compare its hashes");
    verify->add_option("base", *name, "Name or id")->required()->type_name("BASE");
    verify->footer("Example: cloudlet verify-base sample");
    verify->callback([&context, name] {
        context.action = [&context, name] { return runVerify(context, *name); };
    });
}

}  // namespace cloudlet
