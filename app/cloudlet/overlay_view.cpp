#include "app/cloudlet/overlay_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "app/cloudlet/terminal.h"
#include "engine/base/file.h"
#include "engine/base/format.h"

namespace cloudlet {

namespace {

constexpr std::size_t kMostFilesShown = 40;
constexpr std::size_t kLongestPath = 4096;

json::Object compositionToJson(const Composition& part) {
    return {{"changed", part.changed()},
            {"zero", part.zero},
            {"fromBaseDisk", part.fromBaseDisk},
            {"fromBaseMemory", part.fromBaseMemory},
            {"repeats", part.repeats},
            {"delta", part.delta},
            {"raw", part.raw},
            {"storedBytes", part.storedBytes}};
}

std::vector<std::string> compositionRow(const char* name, const Composition& part) {
    return {name,
            std::to_string(part.changed()),
            std::to_string(part.zero),
            std::to_string(part.fromBaseDisk + part.fromBaseMemory),
            std::to_string(part.repeats),
            std::to_string(part.delta),
            std::to_string(part.raw),
            formatBytes(part.storedBytes)};
}

}  // namespace

json::Object overlayToJson(const Manifest& manifest, const Hash& id, std::uint64_t fileBytes) {
    json::Array ports;
    for (const PortForward& port : manifest.ports) ports.emplace_back(port.text());
    json::Object object{{"id", id.hex()},
                        {"title", manifest.title},
                        {"notes", manifest.notes},
                        {"created", manifest.created},
                        {"creator", manifest.creator},
                        {"bytes", fileBytes},
                        {"base", {{"id", manifest.base.id.hex()}, {"name", manifest.base.name}}},
                        {"diskBytes", manifest.diskSize},
                        {"memoryBytes", manifest.memorySize},
                        {"stateStoredBytes", manifest.state ? manifest.state->storedBytes : 0},
                        {"ports", ports},
                        {"previewBytes", manifest.preview.size()},
                        {"disk", compositionToJson(manifest.of(ImageKind::disk))},
                        {"memory", compositionToJson(manifest.of(ImageKind::memory))}};
    if (manifest.machine) object["machine"] = manifest.machine->toJson();
    if (manifest.parent) object["parent"] = manifest.parent->hex();
    if (!manifest.profile.empty()) object["profile"] = manifest.profile;
    if (const std::optional<StartSet>& set = manifest.startSet) {
        object["startSet"] = json::Object{{"segments", set->segments},
                                          {"chunks", set->chunks},
                                          {"storedBytes", set->storedBytes}};
    }
    return object;
}

std::string compositionText(const Manifest& manifest) {
    std::vector<std::vector<std::string>> rows{
        {"  chunks", "changed", "zero", "in base", "repeated", "delta", "raw", "stored"},
        compositionRow("  disk", manifest.of(ImageKind::disk)),
        compositionRow("  memory", manifest.of(ImageKind::memory))};
    std::string text = formatTable(rows);
    if (const std::optional<StartSet>& set = manifest.startSet) {
        text += fmt::format("  start set {} chunks, stored as {}\n", set->chunks,
                            formatBytes(set->storedBytes));
    }
    if (manifest.state) {
        text += fmt::format("  device state {}, stored as {}\n", formatBytes(manifest.state->size),
                            formatBytes(manifest.state->storedBytes));
    }
    return text;
}

json::Object overlayFilesToJson(const OverlayFiles& found) {
    const auto share = [](const OverlayFiles::Share& of) -> json::Object {
        return {{"chunks", of.chunks}, {"storedBytes", of.storedBytes}};
    };
    json::Array files;
    for (const OverlayFile& file : found.files) {
        files.push_back({{"path", escapeForTerminal(file.path, kLongestPath)},
                         {"folder", file.folder},
                         {"chunks", file.chunks},
                         {"storedBytes", file.storedBytes}});
    }
    json::Array systems;
    for (const std::string& system : found.fileSystems) systems.emplace_back(system);
    return {{"fileSystems", systems},          {"unreadable", found.unreadable},
            {"inFiles", share(found.inFiles)}, {"tables", share(found.tables)},
            {"journal", share(found.journal)}, {"unowned", share(found.unowned)},
            {"total", share(found.total)},     {"files", files}};
}

std::string overlayFilesText(const OverlayFiles& found) {
    if (!found.unreadable.empty()) return "  files: not readable: " + found.unreadable + "\n";
    std::vector<std::vector<std::string>> rows{{"  STORED", "CHUNKS", "FILE"}};
    const auto add = [&rows](const OverlayFiles::Share& share, const std::string& name) {
        rows.push_back({"  " + formatBytes(share.storedBytes), std::to_string(share.chunks), name});
    };
    for (const OverlayFile& file : found.files) {
        if (rows.size() > kMostFilesShown) break;
        add({file.chunks, file.storedBytes},
            escapeForTerminal(file.path, kLongestPath) + (file.folder ? "  (folder)" : ""));
    }
    if (found.files.size() > kMostFilesShown) {
        rows.push_back({"", "",
                        fmt::format("and {} more; all of them with --json",
                                    found.files.size() - kMostFilesShown)});
    }
    add(found.tables, "tables of the file system");
    add(found.journal, "journal of the file system");
    add(found.unowned, "in no file on the disk");
    return fmt::format("  files of {}\n", fmt::join(found.fileSystems, ", ")) + formatTable(rows);
}

Result<void> checkOutput(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.parent_path();
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) {
        return Error{ErrorCode::notFound, "the folder " + folder.string() + " does not exist"};
    }
    if (std::filesystem::is_directory(file, ignored)) {
        return Error{ErrorCode::invalid, file.string() + " is a folder, not a file to write"};
    }
    if (::access(folder.c_str(), W_OK) != 0) return systemError(errno, "write to", folder);
    return {};
}

json::Object createdToJson(const CreatedOverlay& created, const std::filesystem::path& file) {
    const OverlaySummary& overlay = created.overlay;
    json::Object object = overlayToJson(overlay.manifest, overlay.id, overlay.fileBytes);
    object["file"] = file.string();
    object["cleaned"] = created.cleaned;
    object["stoppedSeconds"] = created.stoppedSeconds;
    object["encodeSeconds"] = created.encodeSeconds;
    object["verifySeconds"] = created.verifySeconds;
    return object;
}

std::string createdText(const CreatedOverlay& created, const std::filesystem::path& file) {
    const auto text = [](double seconds) {
        return formatDuration(std::chrono::duration<double>(seconds));
    };
    return fmt::format(
        "Overlay {} ({} bytes) of base \"{}\".\n"
        "{}  guest stood still for {}, encoded in {}, verified in {}\n",
        file.string(), created.overlay.fileBytes,
        escapeForTerminal(created.overlay.manifest.base.name),
        compositionText(created.overlay.manifest), text(created.stoppedSeconds),
        text(created.encodeSeconds), text(created.verifySeconds));
}

json::Object rehearsalToJson(const RehearsalReport& report) {
    const StartSet set = report.overlay.manifest.startSet.value_or(StartSet());
    return {{"readySeconds", report.readySeconds},
            {"touchedChunks", report.touchedChunks},
            {"touchedOfOverlay", report.touchedOfOverlay},
            {"earlierChunks", report.earlierChunks},
            {"alreadyInStartSet", report.alreadyInStartSet},
            {"startSetChunks", set.chunks},
            {"startSetBytes", set.storedBytes}};
}

std::string meterText(const OverlayEstimate& estimate) {
    return fmt::format("overlay about {}, {} changed", formatBytes(estimate.fileBytes),
                       formatBytes(estimate.changedBytes()));
}

std::string rehearsalText(const RehearsalReport& report) {
    const StartSet set = report.overlay.manifest.startSet.value_or(StartSet());
    return fmt::format(
        "  rehearsed: ready after {}, {} chunks touched, {} of them the overlay's; the start "
        "set holds {} chunks ({} stored)\n",
        formatDuration(std::chrono::duration<double>(report.readySeconds)), report.touchedChunks,
        report.touchedOfOverlay, set.chunks, formatBytes(set.storedBytes));
}

}  // namespace cloudlet
