#include "engine/jobs/diagnostics.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <cstdlib>

#include "engine/base/process.h"
#include "engine/catalog/catalog.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kMostArchive = 64 << 20;
constexpr std::uint32_t kMostSessions = 50;
constexpr std::uint64_t kMostSystemFile = 1 << 20;

std::string findingsText(const std::vector<HostFinding>& findings) {
    std::string text;
    for (const HostFinding& finding : findings) {
        const char* state = finding.state == HostFinding::State::good     ? "good"
                            : finding.state == HostFinding::State::advice ? "advice"
                                                                          : "PROBLEM";
        text += fmt::format("{}\t{}: {}\n", state, finding.subject, finding.text);
        if (!finding.remedy.empty()) text += fmt::format("\t  mend: {}\n", finding.remedy);
    }
    return text;
}

// The first line that a program prints about itself.
std::string versionOf(std::vector<std::string> arguments, std::stop_token stop) {
    const std::string name = arguments.front();
    const Result<ProcessResult> ran = runProcess({std::move(arguments), {}, {}}, std::move(stop));
    if (!ran) return name + ": " + ran.error().message + "\n";
    return name + ": " + ran->output.substr(0, ran->output.find('\n')) + "\n";
}

std::string versionsText(std::stop_token stop) {
    std::string text = "Cloudlet Studio " CLOUDLET_VERSION "\n";
    utsname system{};
    if (::uname(&system) == 0) {
        text += fmt::format("{} {} {}\n", system.sysname, system.release, system.machine);
    }
    text += versionOf({"qemu-system-x86_64", "--version"}, stop);
    text += versionOf({"libvirtd", "--version"}, stop);
    text += versionOf({"fusermount3", "--version"}, stop);
    return text;
}

std::string catalogText(const Catalog& catalog) {
    std::string text = fmt::format("read-only: {}\n", catalog.isReadOnly());
    if (const auto bases = catalog.bases()) {
        for (const BaseRecord& base : *bases) {
            text +=
                fmt::format("base {}: disk {}, memory {}, {} {}, QEMU {} {}\n", base.id.shortHex(),
                            base.vm.diskSize, base.vm.memorySize, base.vm.machine.machineType,
                            base.vm.machine.cpuModel, base.vm.machine.qemuVersion, base.problem);
        }
    }
    if (const auto overlays = catalog.overlays()) {
        text += fmt::format("overlays: {}\n", overlays->size());
    }
    if (const auto sessions = catalog.sessions(kMostSessions)) {
        for (const SessionRecord& session : *sessions) {
            text += fmt::format("session {}: kind {}, state {}, from {} to {}: {}\n",
                                session.id.substr(0, 8), static_cast<int>(session.kind),
                                static_cast<int>(session.state), session.started,
                                session.ended.value_or(0), session.problem);
        }
    }
    return text;
}

std::string withoutHome(std::string text) {
    const char* home = std::getenv("HOME");
    const std::string name = home == nullptr ? "" : home;
    if (name.size() < 2) return text;
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
        text.replace(at, name.size(), "~");
    }
    return text;
}

std::string systemFile(const char* path) {
    const Result<std::string> text = [&]() -> Result<std::string> {
        // Files of /proc have no size: they are read to their end.
        const Result<ProcessResult> ran = runProcess({{"head", "-c", "65536", path}, {}, {}}, {});
        if (!ran) return ran.error();
        return ran->output.substr(0, kMostSystemFile);
    }();
    return text ? *text : text.error().message + "\n";
}

}  // namespace

Result<void> writeDiagnostics(const fs::path& file, const std::vector<HostFinding>& findings,
                              const Catalog* catalog, const std::string& log,
                              std::stop_token stop) {
    const TemporaryDirectory place =
        TRY(TemporaryDirectory::create(fs::temp_directory_path(), "cloudlet-report"));
    const fs::path folder = place.path() / "cloudlet-report";
    TRY(makeDirectories(folder));
    const auto write = [&](const char* name, std::string text) {
        return writeWholeFile(folder / name, asBytes(withoutHome(std::move(text))));
    };
    TRY(write("findings.txt", findingsText(findings)));
    TRY(write("versions.txt", versionsText(stop)));
    TRY(write("memory.txt", systemFile("/proc/meminfo")));
    TRY(write("processor.txt", systemFile("/proc/cpuinfo")));
    if (catalog != nullptr) TRY(write("catalog.txt", catalogText(*catalog)));
    if (!log.empty()) TRY(write("log.txt", log));
    const fs::path archive = place.path() / "report.tar.gz";
    const ProcessResult packed = TRY(runProcess(
        {{"tar", "-C", place.path().string(), "-czf", archive.string(), "cloudlet-report"}, {}, {}},
        stop));
    if (packed.exitCode != 0) {
        return Error{ErrorCode::failed, "tar could not pack the report: " + packed.errorOutput};
    }
    return writeWholeFile(file, TRY(readWholeFile(archive, kMostArchive)));
}

}  // namespace cloudlet
