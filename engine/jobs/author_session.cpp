#include "engine/jobs/author_session.h"

#include "engine/base/stopwatch.h"
#include "engine/vm/guest_agent.h"

namespace cloudlet {

namespace {

constexpr std::uint32_t kDiskReadahead = 128 << 10;  // Linux's own

// The part for which the guest stands still. What is asked of QEMU is not cut short by a cancel: a
// call so abandoned could still take effect, and the guest is to go on.
Result<Bytes> captureStopped(Guest& guest, CapturedVm& captured, const Services& services,
                             double& stoppedSeconds) {
    const Stopwatch began;
    TRY(guest.domain().suspend());
    const auto take = [&]() -> Result<Bytes> {
        Bytes state = TRY(guest.domain().captureState());
        TRY(captured.memory.update(services.progress, services.stop));
        TRY(captured.updateDisk(guest, services));
        return state;
    };
    Result<Bytes> state = take();
    const Result<void> resumed = guest.domain().resume();
    stoppedSeconds = began.seconds();
    if (!state) return state;
    if (!resumed) return resumed.error();
    return state;
}

Result<CapturedVm> capture(Guest& guest, const GuestFiles& files, const Services& services,
                           double& stoppedSeconds) {
    CapturedVm captured = TRY(CapturedVm::begin(guest, files));
    services.progress.beginStage("comparing with the base while the guest runs",
                                 TRY(files.memory.allocatedBytes()));
    TRY(captured.memory.update(services.progress, services.stop));
    TRY(captured.updateDisk(guest, services));
    captured.takePicture(guest, services);
    services.progress.beginStage("capturing the guest");
    captured.state = TRY(captureStopped(guest, captured, services, stoppedSeconds));
    return captured;
}

}  // namespace

Result<AuthorSession> AuthorSession::begin(const Start& start, const Services& services) {
    const BaseRecord base = TRY(services.catalog.findBase(start.base));
    services.progress.beginStage("checking the base", base.vm.diskSize + base.vm.memorySize);
    TRY(services.catalog.checkBase(base.id, services.progress, services.stop));
    TRY(services.hypervisor.checkMachine(base.vm.machine, services.stop));
    Guest guest =
        TRY(Guest::create({SessionKind::author, base.vm.machine, base, {}, start.title}, services));
    AuthorSession session(std::move(guest));
    if (const Result<void> done = session.resume(start, services); !done) {
        session.m_guest.fail(done.error());
        return done.error();
    }
    return session;
}

Result<void> AuthorSession::resume(const Start& start, const Services& services) {
    // The memory in a file of its own, as what the guest writes there is to be captured.
    Guest::MountOptions options;
    options.memory = Guest::Memory::copied;
    options.maxReadahead = kDiskReadahead;
    TRY(m_guest.mountBase(std::move(options)));
    const Bytes state = TRY(readWholeFile(base().files.state(), kMostStateBytes));
    services.progress.beginStage("resuming the base");
    const Stopwatch began;
    TRY(m_guest.resume(m_guest.disk(), m_guest.memory(), state));
    m_resumeSeconds = began.seconds();
    TRY(m_guest.forward(start.forwards));
    (void)GuestAgent(m_guest.domain()).setTime(services.stop);  // a guest without agent drifts
    return {};
}

Result<AuthorSession> AuthorSession::adopt(const SessionRecord& left,
                                           std::unique_ptr<Domain> domain,
                                           const Services& services) {
    CHECK(left.kind == SessionKind::author);
    return AuthorSession(TRY(Guest::adopt(left, std::move(domain), services)));
}

Result<CreatedOverlay> AuthorSession::createOverlay(OverlayRequest request,
                                                    const Services& services) {
    TRY(checkTexts(request));
    if (request.ports.empty()) request.ports = m_guest.forwardsAnywhere();
    CreatedOverlay report;
    report.cleaned =
        TRY(cleanIfPossible(m_guest.domain(), request.cleaning, services.progress, services.stop));
    const GuestFiles files = TRY(GuestFiles::open(m_guest));
    const CapturedVm captured = TRY(capture(m_guest, files, services, report.stoppedSeconds));
    TRY(writeOverlay(request, base(), captured, report, services));
    return report;
}

}  // namespace cloudlet
