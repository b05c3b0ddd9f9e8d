#include "engine/jobs/synthesise.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/overlay/reader.h"
#include "engine/overlay/replay.h"
#include "engine/vm/guest_agent.h"
#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

// The machine is the base's. An overlay that tells of another one was not made from it.
Result<MachineSpec> machineOf(const Manifest& manifest, const BaseRecord& base) {
    if (!manifest.machine || !manifest.state) {
        return Error{ErrorCode::invalid,
                     "the overlay holds no machine state: it was made from plain images; unpack "
                     "it with cloudlet decode"};
    }
    if (*manifest.machine != base.vm.machine) {
        return Error{ErrorCode::incompatible,
                     "the overlay's machine is not that of its base VM \"" +
                         escapeForTerminal(base.name) + "\""};
    }
    return base.vm.machine;
}

Result<void> rebuildImages(Guest& guest, const OverlayReader& reader, const BaseImages& images,
                           SynthesisReport& report, const Services& services) {
    const Stopwatch copying;
    const std::uint64_t changed = (report.manifest.of(ImageKind::disk).changed() +
                                   report.manifest.of(ImageKind::memory).changed()) *
                                  kChunkSize;
    TRY(guest.copyBaseImages(changed));
    report.copySeconds = copying.seconds();
    const Stopwatch replaying;
    File disk = TRY(File::open(guest.disk(), File::Mode::readWrite));
    File memory = TRY(File::open(guest.memory(), File::Mode::readWrite));
    TRY(replayOverlay(reader, images, {disk, memory}, services.progress, services.stop));
    report.replaySeconds = replaying.seconds();
    return {};
}

// What the overlay asks for, changed and completed by what the person asks for.
std::vector<PortForward> mergedForwards(const std::vector<PortForward>& fromOverlay,
                                        const std::vector<PortForward>& fromPerson) {
    std::vector<PortForward> forwards = fromPerson;
    for (const PortForward& forward : fromOverlay) {
        const bool replaced =
            std::any_of(fromPerson.begin(), fromPerson.end(), [&](const PortForward& other) {
                return other.guestPort == forward.guestPort && other.protocol == forward.protocol;
            });
        if (!replaced) forwards.push_back(forward);
    }
    return forwards;
}

Result<void> run(Guest& guest, const OverlayReader& reader, const SynthesisRequest& request,
                 SynthesisReport& report, const Services& services) {
    const BaseImages images =
        TRY(BaseImages::open(report.base.files, report.base.vm, BaseImages::Purpose::decode,
                             services.progress, services.stop));
    const Bytes state = TRY(reader.state(images));
    TRY(checkState(state, report.base.vm.machine));
    TRY(rebuildImages(guest, reader, images, report, services));
    services.progress.beginStage("resuming the guest");
    const Stopwatch began;
    TRY(guest.resume(guest.disk(), guest.memory(), state));
    report.resumeSeconds = began.seconds();
    TRY(guest.forward(mergedForwards(report.manifest.ports, request.forwards)));
    (void)GuestAgent(guest.domain()).setTime(services.stop);  // without an agent it drifts
    return {};
}

}  // namespace

Result<BaseRecord> findBaseOf(const Manifest& manifest, Catalog& catalog) {
    Result<BaseRecord> base = catalog.baseById(manifest.base.id);
    if (base || base.error().code != ErrorCode::notFound) return base;
    return Error{ErrorCode::notFound,
                 fmt::format("the overlay needs the base VM \"{}\" ({}), which this catalog does "
                             "not hold: import it with cloudlet import-base",
                             escapeForTerminal(manifest.base.name), manifest.base.id.shortHex())};
}

Result<Synthesised> synthesise(const SynthesisRequest& request, const Services& services) {
    services.progress.beginStage("reading the overlay");
    const OverlayReader reader = TRY(OverlayReader::open(*request.source));
    SynthesisReport report;
    report.manifest = reader.manifest();
    report.base = TRY(findBaseOf(report.manifest, services.catalog));
    const MachineSpec machine = TRY(machineOf(report.manifest, report.base));
    TRY(services.hypervisor.checkMachine(machine, services.stop));
    services.progress.beginStage("checking the base",
                                 report.base.vm.diskSize + report.base.vm.memorySize);
    TRY(services.catalog.checkBase(report.base.id, services.progress, services.stop));
    Guest guest = TRY(Guest::create(
        {SessionKind::synthesis, machine, report.base, reader.id(), report.manifest.title},
        services));
    if (const Result<void> done = run(guest, reader, request, report, services); !done) {
        guest.fail(done.error());
        return done.error();
    }
    return Synthesised{std::move(guest), std::move(report)};
}

}  // namespace cloudlet
