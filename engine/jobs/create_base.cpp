#include "engine/jobs/create_base.h"

#include <fmt/format.h>

#include <ctime>

#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/base/utf8.h"
#include "engine/image/image_hash.h"
#include "engine/jobs/guest.h"
#include "engine/jobs/import_disk.h"
#include "engine/vm/accelerator.h"

namespace cloudlet {

namespace {

constexpr std::uint64_t kSpareBytes = 256 << 20;  // what the guest writes while it boots

// What would otherwise fail after minutes of work.
Result<void> checkRequest(const CreateBaseRequest& request, const fs::path& folder) {
    if (request.name.empty() || !isDisplayText(request.name, 100)) {
        return Error{ErrorCode::invalid,
                     "the name of a base VM is one line of 1 to 100 bytes of text"};
    }
    std::uint64_t needed = request.machine.memoryBytes + kSpareBytes;
    if (!request.disk.empty()) {
        needed += TRY(TRY(File::open(request.disk, File::Mode::read)).allocatedBytes());
    }
    const std::uint64_t free = TRY(freeSpace(folder));
    if (free >= needed) return {};
    return Error{
        ErrorCode::noSpace,
        fmt::format("{} has {} free, the new base VM needs {}: free some space, or put "
                    "the catalog elsewhere with --catalog",
                    folder.parent_path().string(), formatBytes(free), formatBytes(needed))};
}

void chooseAccelerator(MachineSpec& machine, Progress& progress) {
    const AcceleratorReport report = probeAccelerator();
    machine.accelerator = report.best;
    if (report.best == Accelerator::tcg) progress.notice(report.sentence);
}

// A full device would otherwise show when the guest touches its memory, and end QEMU.
Result<void> reserveMemory(const CreateBaseRequest& request, const fs::path& memory) {
    File file = TRY(File::open(memory, File::Mode::createNew));
    TRY(file.resize(request.machine.memoryBytes));
    return file.reserve();
}

Result<void> placeDisk(const CreateBaseRequest& request, const fs::path& target,
                       const Services& services) {
    if (fs::exists(target)) return {};  // made in place by the caller
    if (!request.disk.empty()) {
        return importDisk(request.disk, target, services.progress, services.stop);
    }
    File disk = TRY(File::open(target, File::Mode::createNew));
    return disk.resize((request.newDiskBytes + kChunkSize - 1) / kChunkSize * kChunkSize);
}

Result<Hash> hashOf(const fs::path& path, Progress& progress, std::stop_token stop) {
    const File file = TRY(File::open(path, File::Mode::read));
    return hashImage(file, progress, stop);
}

// Picture, device state and the end of the VM; its images are at rest afterwards.
Result<Bytes> saveAndEnd(Guest& guest, const BaseFiles& files, const Services& services) {
    Domain& domain = guest.domain();
    services.progress.beginStage("saving the device state");
    if (const Result<Bytes> picture = domain.screenshot(services.stop)) {
        TRY(writeWholeFile(files.preview(), *picture));
    }
    TRY(domain.ejectCdrom(services.stop));
    TRY(domain.suspend(services.stop));
    Bytes state = TRY(domain.captureState(services.stop));
    TRY(guest.end());
    return state;
}

// Zero chunks become holes: they take no room and no time ever after.
Result<void> makeSparse(const BaseFiles& files, const Services& services) {
    for (const ImageKind kind : {ImageKind::disk, ImageKind::memory}) {
        File image = TRY(File::open(files.image(kind), File::Mode::readWrite));
        services.progress.beginStage(std::string("dropping zeros of the ") + toString(kind),
                                     TRY(image.size()));
        TRY(punchZeroChunks(image, services.progress, services.stop));
    }
    return {};
}

Result<BaseVm> describe(const CreateBaseRequest& request, const BaseFiles& files, ByteView state,
                        bool agent, const Services& services) {
    BaseVm vm;
    vm.name = request.name;
    vm.machine = request.machine;
    vm.machine.qemuVersion = services.hypervisor.qemuVersion();
    vm.diskSize = TRY(TRY(File::open(files.disk(), File::Mode::read)).size());
    vm.memorySize = request.machine.memoryBytes;
    vm.stateSize = state.size();
    vm.stateHash = sha256(state);
    services.progress.beginStage("hashing", vm.diskSize + vm.memorySize);
    vm.diskHash = TRY(hashOf(files.disk(), services.progress, services.stop));
    vm.memoryHash = TRY(hashOf(files.memory(), services.progress, services.stop));
    vm.created = static_cast<std::int64_t>(std::time(nullptr));
    vm.guestAgent = agent;
    return vm;
}

}  // namespace

Result<CreateBaseReport> createBase(const CreateBaseRequest& request, const Services& services) {
    StagedBase staged = TRY(services.catalog.stageBase());
    return createBaseIn(staged, request, services);
}

Result<CreateBaseReport> createBaseIn(StagedBase& staged, const CreateBaseRequest& asked,
                                      const Services& services) {
    const BaseFiles& files = staged.files();
    CreateBaseReport report;
    CreateBaseRequest request = asked;
    TRY(checkRequest(request, files.folder));
    chooseAccelerator(request.machine, services.progress);
    TRY(placeDisk(request, files.disk(), services));
    TRY(reserveMemory(request, files.memory()));
    Guest guest =
        TRY(Guest::create({SessionKind::base, request.machine, {}, {}, request.name}, services));
    const auto run = [&]() -> Result<Bytes> {
        services.progress.beginStage("starting the guest");
        const Stopwatch booted;
        TRY(guest.boot(files.disk(), files.memory(), request.cdrom));
        TRY(guest.forward(request.forwards));
        TRY(waitFor(request.trigger, guest.domain(), request.triggerLimit, services.progress,
                    services.stop));
        report.bootSeconds = booted.seconds();
        report.cleaned = TRY(
            cleanIfPossible(guest.domain(), request.cleaning, services.progress, services.stop));
        return saveAndEnd(guest, files, services);
    };
    const Stopwatch began;
    Result<Bytes> state = run();
    if (!state) {
        guest.fail(state.error());
        return std::move(state).error();
    }
    TRY(writeWholeFile(files.state(), *state));
    TRY(makeSparse(files, services));
    const BaseVm vm = TRY(describe(request, files, *state, report.cleaned, services));
    report.base =
        TRY(services.catalog.publishBase(staged, vm, services.progress, services.stop)).record;
    report.saveSeconds = began.seconds() - report.bootSeconds;
    return report;
}

}  // namespace cloudlet
