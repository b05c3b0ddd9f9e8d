#include "engine/jobs/synthesise.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/format.h"
#include "engine/base/stopwatch.h"
#include "engine/overlay/reader.h"
#include "engine/vm/guest_agent.h"
#include "engine/vm/state_stream.h"

namespace cloudlet {

namespace {

constexpr std::uint32_t kReadahead = 128 << 10;  // Linux's own

// Mounts the base with the overlay's chunks pending and starts to bring them.
Result<void> mountOverlay(Synthesised& vm, OverlayReader reader, BaseImages images,
                          const SynthesisRequest& request, const Services& services) {
    Guest::MountOptions options;
    options.pendingDisk = chunksOf(reader, ImageKind::disk);
    options.pendingMemory = chunksOf(reader, ImageKind::memory);
    options.recordTouches = request.rehearsal;
    const bool early = request.start == SynthesisRequest::Start::early;
    // Nothing is pending behind what the guest reads, and read-ahead helps. A rehearsal wants to
    // know what the guest itself reads.
    if (!early && !request.rehearsal) options.maxReadahead = kReadahead;
    TRY(vm.guest.mountBase(std::move(options)));
    TRY(placeZeros(reader, vm.guest.mount()));
    vm.feed = std::make_unique<OverlayFeed>(std::move(reader), std::move(images), vm.guest.mount(),
                                            OverlayFeed::Options{request.stall, early});
    if (early) return {};
    services.progress.beginStage("putting base and overlay together", vm.feed->status().totalBytes);
    const Stopwatch began;
    TRY(vm.feed->waitUntilComplete(services.progress, services.stop));
    vm.report.placeSeconds = began.seconds();
    return {};
}

// What the overlay asks for, changed and completed by what the person asks for.
std::vector<PortForward> mergedForwards(const std::vector<PortForward>& fromOverlay,
                                        const SynthesisRequest& request) {
    std::vector<PortForward> forwards = request.forwards;
    for (const PortForward& forward : fromOverlay) {
        const bool replaced = std::any_of(
            request.forwards.begin(), request.forwards.end(), [&](const PortForward& other) {
                return other.guestPort == forward.guestPort && other.protocol == forward.protocol;
            });
        if (!replaced) forwards.push_back(forward);
    }
    if (request.hostPorts == SynthesisRequest::HostPorts::free) {
        for (PortForward& forward : forwards) forward.hostPort = 0;
    }
    return forwards;
}

Result<void> run(Synthesised& vm, OverlayReader reader, const SynthesisRequest& request,
                 const Services& services) {
    const BaseRecord& base = vm.report.base;
    BaseImages images = TRY(BaseImages::open(base.files, base.vm, BaseImages::Purpose::decode,
                                             services.progress, services.stop));
    const Bytes state = TRY(reader.state(images));
    TRY(checkState(state, base.vm.machine));
    TRY(mountOverlay(vm, std::move(reader), std::move(images), request, services));
    services.progress.beginStage("resuming the guest");
    const Stopwatch began;
    TRY(vm.guest.resume(vm.guest.disk(), vm.guest.memory(), state));
    vm.feed->guestRuns();
    vm.report.resumeSeconds = began.seconds();
    if (!request.rehearsal) {
        TRY(vm.guest.forward(mergedForwards(vm.report.manifest.ports, request)));
    }
    if (request.start == SynthesisRequest::Start::complete && !request.rehearsal) {
        vm.setClock(services.stop);
    }
    return vm.check();
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

Result<Synthesised> synthesise(const SynthesisRequest& request, const Services& services) {
    services.progress.beginStage("reading the overlay");
    OverlayReader reader = TRY(OverlayReader::open(*request.source));
    SynthesisReport report;
    report.manifest = reader.manifest();
    report.base = TRY(findBaseOf(report.manifest, services.catalog));
    const MachineSpec machine = TRY(machineOf(report.manifest, report.base));
    TRY(services.hypervisor.checkMachine(machine, services.stop));
    services.progress.beginStage("checking the base",
                                 report.base.vm.diskSize + report.base.vm.memorySize);
    TRY(services.catalog.checkBase(report.base.id, services.progress, services.stop));
    Synthesised vm{TRY(Guest::create({SessionKind::synthesis, machine, report.base, reader.id(),
                                      report.manifest.title},
                                     services)),
                   std::move(report), nullptr};
    if (const Result<void> done = run(vm, std::move(reader), request, services); !done) {
        const Error reason = vm.reasonOf(done.error());
        vm.guest.fail(reason);
        return reason;
    }
    return vm;
}

Result<void> Synthesised::check() const {
    if (feed) {
        if (const std::optional<Error> problem = feed->problem()) return *problem;
    }
    if (const std::optional<Error> lost = guest.lost()) return *lost;
    return {};
}

void Synthesised::setClock(std::stop_token stop) {
    (void)GuestAgent(guest.domain()).setTime(std::move(stop));
}

Error Synthesised::reasonOf(const Error& error) const {
    const Result<void> checked = check();
    return checked || error.code == ErrorCode::cancelled ? error : checked.error();
}

}  // namespace cloudlet
