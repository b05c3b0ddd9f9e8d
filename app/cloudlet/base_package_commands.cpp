// export-base, import-base.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/base_view.h"
#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/base/format.h"
#include "engine/jobs/export_base.h"
#include "engine/jobs/import_base.h"

namespace cloudlet {

namespace {

Result<void> runExport(Context& context, const std::string& name, const std::string& file,
                       bool overwrite) {
    Catalog& catalog = *TRY(context.catalog());
    const BaseRecord base = TRY(catalog.findBase(name));
    const fs::path path = absolutePath(file.empty() ? base.name + ".cloudlet-base" : file);
    TRY(checkOutput(path));
    ExportOptions options;
    options.overwrite = overwrite;
    Progress progress;
    TRY(context.terminal.runWithProgress(progress, [&] {
        return exportBase(catalog, base.id, path, options, progress, context.stop);
    }));
    const std::uint64_t bytes = TRY(TRY(File::open(path, File::Mode::read)).size());
    context.terminal.result(
        fmt::format("Base VM \"{}\" is in {} ({}).", escapeForTerminal(base.name), path.string(),
                    formatBytes(bytes)),
        {{"id", base.id.hex()}, {"file", path.string()}, {"bytes", bytes}});
    return {};
}

Result<void> runImport(Context& context, const std::string& file) {
    Catalog& catalog = *TRY(context.catalog());
    Progress progress;
    std::optional<PublishedBase> published;
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        published.emplace(TRY(importBase(catalog, absolutePath(file), progress, context.stop)));
        return {};
    }));
    const BaseRecord& base = published->record;
    json::Object object = baseToJson(base);
    object["wasThere"] = published->wasThere;
    context.terminal.result(
        fmt::format("Base VM \"{}\" ({}) is in the catalog{}.", escapeForTerminal(base.name),
                    base.id.shortHex(), published->wasThere ? " already" : ""),
        object);
    return {};
}

}  // namespace

void addBasePackageCommands(CLI::App& app, Context& context) {
    auto base = std::make_shared<std::string>();
    auto file = std::make_shared<std::string>();
    auto overwrite = std::make_shared<bool>(false);
    CLI::App* exporter = app.add_subcommand("export-base", "Write a base VM to one file");
    exporter->add_option("base", *base, "Name or id")->required()->type_name("BASE");
    exporter->add_option("file", *file, "File to write (default: NAME.cloudlet-base)")
        ->type_name("FILE");
    exporter->add_flag("--overwrite", *overwrite, "Replace a file of that name");
    exporter->footer("Example: cloudlet export-base sample sample.cloudlet-base");
    exporter->callback([&context, base, file, overwrite] {
        context.action = [&context, base, file, overwrite] {
            return runExport(context, *base, *file, *overwrite);
        };
    });

    CLI::App* importer =
        app.add_subcommand("import-base", "Add the base VM of a file to the catalog");
    importer->add_option("file", *file, "Base package")->required()->type_name("FILE");
    importer->footer("Example: cloudlet import-base sample.cloudlet-base");
    importer->callback([&context, file] {
        context.action = [&context, file] { return runImport(context, *file); };
    });
}

}  // namespace cloudlet
