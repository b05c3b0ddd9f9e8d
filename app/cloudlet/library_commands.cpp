// import-overlay, forget-overlay, tag: what the catalog knows beside the files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "engine/base/format.h"
#include "engine/jobs/import_overlay.h"
#include "engine/jobs/recognise_file.h"

namespace cloudlet {

namespace {

Result<void> runImport(Context& context, const std::string& file) {
    Catalog& catalog = *TRY(context.catalog());
    const fs::path path = absolutePath(file);
    const RecognisedFile what = TRY(recogniseFile(path));
    if (what.kind == RecognisedFile::Kind::basePackage) {
        return Error{ErrorCode::invalid,
                     file + " is a base package: cloudlet import-base takes it"};
    }
    const OverlayRecord overlay = TRY(importOverlay(catalog, path));
    const bool baseIsHere = static_cast<bool>(catalog.baseById(overlay.base));
    context.terminal.result(
        fmt::format("Overlay \"{}\" is in the catalog{}.", escapeForTerminal(overlay.title),
                    baseIsHere ? "" : "; its base " + overlay.base.shortHex() + " is not yet"),
        {{"id", overlay.id.hex()},
         {"title", overlay.title},
         {"base", overlay.base.hex()},
         {"baseIsHere", baseIsHere},
         {"file", overlay.path.string()}});
    return {};
}

Result<void> runForget(Context& context, const std::string& file) {
    TRY(TRY(context.catalog())->forgetOverlay(absolutePath(file)));
    context.terminal.result("The catalog knows " + file + " no longer; the file is as it was.",
                            {{"forgotten", absolutePath(file).string()}});
    return {};
}

// A base by its name or id, else an overlay by its file.
Result<void> runTag(Context& context, const std::string& item,
                    const std::vector<std::string>& tags) {
    Catalog& catalog = *TRY(context.catalog());
    const Result<BaseRecord> base = catalog.findBase(item);
    if (!base && base.error().code != ErrorCode::notFound) return base.error();
    TRY(base ? catalog.setTags(base->id, tags) : catalog.setTags(absolutePath(item), tags));
    json::Array list;
    for (const std::string& tag : tags) list.emplace_back(tag);
    context.terminal.result(tags.empty()
                                ? "\"" + item + "\" has no tags now."
                                : fmt::format("\"{}\" is tagged {}.", item, fmt::join(tags, ", ")),
                            {{"item", item}, {"tags", list}});
    return {};
}

}  // namespace

void addLibraryCommands(CLI::App& app, Context& context) {
    auto file = std::make_shared<std::string>();
    CLI::App* importer = app.add_subcommand("import-overlay", "Add an overlay file to the catalog");
    importer->add_option("file", *file, "Overlay; it stays where it is")
        ->required()
        ->type_name("FILE");
    importer->footer("Example: cloudlet import-overlay app.cloudlet");
    importer->callback([&context, file] {
        context.action = [&context, file] { return runImport(context, *file); };
    });

    CLI::App* forget = app.add_subcommand("forget-overlay", "Take an overlay out of the catalog");
    forget->add_option("file", *file, "Overlay; the file stays")->required()->type_name("FILE");
    forget->footer("Example: cloudlet forget-overlay app.cloudlet");
    forget->callback([&context, file] {
        context.action = [&context, file] { return runForget(context, *file); };
    });

    auto tags = std::make_shared<std::vector<std::string>>();
    CLI::App* tag = app.add_subcommand("tag", "Set the tags of a base or an overlay");
    tag->add_option("item", *file, "Name or id of a base, or file of an overlay")
        ->required()
        ->type_name("ITEM");
    tag->add_option("tags", *tags, "Instead of those it has; none takes them away")
        ->type_name("TAG");
    tag->footer("Example: cloudlet tag app.cloudlet web demo");
    tag->callback([&context, file, tags] {
        context.action = [&context, file, tags] { return runTag(context, *file, *tags); };
    });
}

}  // namespace cloudlet
