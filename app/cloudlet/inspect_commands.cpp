// info-overlay, verify-overlay.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>

#include "app/cloudlet/context.h"
#include "app/cloudlet/options.h"
#include "app/cloudlet/overlay_view.h"
#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/opened_overlay.h"
#include "engine/overlay/replay.h"

namespace cloudlet {

namespace {

std::string timeText(std::int64_t seconds) {
    const std::time_t time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    if (::gmtime_r(&time, &parts) == nullptr) return "?";
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    return text;
}

std::string portsText(const std::vector<PortForward>& ports) {
    std::string text;
    for (const PortForward& port : ports) text += (text.empty() ? "" : ", ") + port.text();
    return text.empty() ? "none" : text;
}

std::string manifestText(const Manifest& manifest, const Hash& id, std::uint64_t bytes) {
    std::string text = fmt::format(
        "{}\n  id       {}\n  size     {} ({} bytes)\n  base     {} ({})\n  made     {} by {}\n"
        "  ports    {}\n",
        escapeForTerminal(manifest.title), id.hex(), formatBytes(bytes), bytes,
        escapeForTerminal(manifest.base.name), manifest.base.id.shortHex(),
        timeText(manifest.created), escapeForTerminal(manifest.creator), portsText(manifest.ports));
    if (manifest.machine) {
        const MachineSpec& machine = *manifest.machine;
        text += fmt::format("  machine  {}, CPU {}, {} memory, {}, saved by QEMU {}\n",
                            machine.machineType, machine.cpuModel, formatBytes(machine.memoryBytes),
                            toString(machine.accelerator), machine.qemuVersion);
    }
    if (manifest.parent) {
        text += fmt::format("  made of  the VM of overlay {}, after use\n",
                            manifest.parent->hex().substr(0, 12));
    }
    if (!manifest.notes.empty()) {
        text += fmt::format("  notes    {}\n", escapeForTerminal(manifest.notes, 4000));
    }
    return text + compositionText(manifest);
}

struct InfoOptions {
    std::string file;
    std::string picture;
    bool files = false;
};

Result<void> runInfo(Context& context, const InfoOptions& options) {
    const std::string& file = options.file;
    const std::string& picture = options.picture;
    FileSource source = TRY(FileSource::open(absolutePath(file)));
    const OverlayReader reader = TRY(OverlayReader::open(source));
    const std::uint64_t bytes = TRY(source.size());
    if (!picture.empty()) {
        if (reader.manifest().preview.empty()) {
            return Error{ErrorCode::notFound, file + " holds no picture of its console"};
        }
        TRY(writeWholeFile(absolutePath(picture), reader.manifest().preview));
    }
    std::string text = manifestText(reader.manifest(), reader.id(), bytes);
    json::Object object = overlayToJson(reader.manifest(), reader.id(), bytes);
    if (options.files) {
        Catalog& catalog = *TRY(context.catalog());
        Progress progress;
        OverlayFiles found;
        TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
            found = TRY(findOverlayFiles(absolutePath(file), catalog, progress, context.stop));
            return {};
        }));
        text += overlayFilesText(found);
        object["guestFiles"] = overlayFilesToJson(found);
    }
    context.terminal.result(text, object);
    return {};
}

Result<void> runVerify(Context& context, const std::string& file) {
    Catalog& catalog = *TRY(context.catalog());
    Progress progress;
    Hash id;
    std::optional<VerifyReport> report;
    double seconds = 0;
    TRY(context.terminal.runWithProgress(progress, [&]() -> Result<void> {
        const OpenedOverlay opened = TRY(OpenedOverlay::open(
            absolutePath(file), catalog, "verifies an overlay", progress, context.stop));
        id = opened.overlay().id();
        const Stopwatch checking;
        report = TRY(verifyOverlay(opened.overlay(), opened.base(), progress, context.stop));
        seconds = checking.seconds();
        return {};
    }));
    context.terminal.result(
        fmt::format("{} is whole: {} segments decode, every hash fits ({} chunks, {}).", file,
                    report->segments, report->chunks, formatBytes(report->plainBytes)),
        {{"verified", id.hex()},
         {"segments", report->segments},
         {"chunks", report->chunks},
         {"plainBytes", report->plainBytes},
         {"storedBytes", report->storedBytes},
         {"seconds", seconds}});
    return {};
}

}  // namespace

void addInspectCommands(CLI::App& app, Context& context) {
    auto file = std::make_shared<std::string>();
    auto wanted = std::make_shared<InfoOptions>();
    CLI::App* info = app.add_subcommand("info-overlay", "Tell what is in an overlay");
    info->add_option("overlay", wanted->file, "Overlay file")->required()->type_name("FILE");
    info->add_option("--picture", wanted->picture, "Write the picture of its console here")
        ->type_name("PNG");
    info->add_flag("--files", wanted->files,
                   "Name the guest's files that its disk chunks belong to; needs the base");
    info->footer("Example: cloudlet info-overlay app.cloudlet --files");
    info->callback([&context, wanted] {
        context.action = [&context, wanted] { return runInfo(context, *wanted); };
    });

    CLI::App* verify = app.add_subcommand(
        "verify-overlay", "Replay an overlay against its base and compare every hash");
    verify->add_option("overlay", *file, "Overlay file")->required()->type_name("FILE");
    verify->footer("Example: cloudlet verify-overlay app.cloudlet");
    verify->callback([&context, file] {
        context.action = [&context, file] { return runVerify(context, *file); };
    });
}

}  // namespace cloudlet
