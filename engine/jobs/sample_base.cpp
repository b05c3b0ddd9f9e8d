#include "engine/jobs/sample_base.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "engine/base/process.h"

namespace cloudlet {

namespace {

constexpr const char* kScript = "build_sample_disk.sh";
constexpr const char* kReadyLine = "cloudlet-guest-ready";

// "progress 40 installing packages", as the script prints it.
void readProgress(std::string_view line, Progress& progress) {
    constexpr std::string_view kPrefix = "progress ";
    if (!line.starts_with(kPrefix)) return;
    line.remove_prefix(kPrefix.size());
    unsigned percent = 0;
    std::from_chars(line.data(), line.data() + line.size(), percent);
    progress.setDone(std::min(percent, 100u));
}

std::string lastLines(const std::string& text, std::size_t count) {
    std::size_t at = text.size();
    while (at > 0 && count > 0) {
        at = text.rfind('\n', at - 1);
        if (at == std::string::npos) return text;
        --count;
    }
    return text.substr(at);
}

Result<void> buildDisk(const fs::path& out, const fs::path& scratch, const Services& services) {
    const fs::path script = TRY(guestScriptFolder()) / kScript;
    services.progress.beginStage("building the guest's disk from packages", 100,
                                 Progress::Unit::items);
    ProcessSpec spec;
    spec.arguments = {"bash", script.string(), out.string()};
    spec.environment = {"CLOUDLET_TMPDIR=" + scratch.string()};
    spec.onLine = [&](std::string_view line) { readProgress(line, services.progress); };
    const ProcessResult built = TRY(runProcess(spec, services.stop));
    if (built.exitCode != 0) {
        return Error{ErrorCode::failed,
                     "the guest's disk could not be built; its last words were:" +
                         lastLines(built.errorOutput, 8)};
    }
    return {};
}

}  // namespace

Result<fs::path> guestScriptFolder() {
    std::vector<fs::path> candidates;
    if (const char* folder = std::getenv("CLOUDLET_RESOURCES")) candidates.emplace_back(folder);
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    candidates.push_back(program.parent_path().parent_path() / "share/cloudlet-studio");
    candidates.emplace_back(CLOUDLET_SOURCE_RESOURCES);
    for (const fs::path& candidate : candidates) {
        if (fs::exists(candidate / "guest" / kScript, ignored)) return candidate / "guest";
    }
    return Error{ErrorCode::notFound,
                 std::string(kScript) +
                     " is missing from the installation; set CLOUDLET_RESOURCES "
                     "to the folder \"resources\" of the source tree"};
}

Result<CreateBaseReport> createSampleBase(const SampleBaseRequest& request,
                                          const Services& services) {
    // Built in the staged folder: locked against sweeps, gone with it, and no copy of the disk.
    StagedBase staged = TRY(services.catalog.stageBase());
    CreateBaseRequest create;
    create.name = request.name;
    create.machine = request.machine;
    create.trigger = SerialLineMatches{kReadyLine};
    TRY(buildDisk(staged.files().disk(), staged.files().folder, services));
    return createBaseIn(staged, create, services);
}

}  // namespace cloudlet
