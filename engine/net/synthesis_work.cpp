#include "engine/net/synthesis_work.h"

#include <fmt/format.h>

#include "engine/base/format.h"
#include "engine/jobs/import_base.h"
#include "engine/jobs/residue.h"
#include "engine/net/offer_head.h"
#include "engine/overlay/reader.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

// What a VM writes besides what the overlay brings.
constexpr std::uint64_t kSpareBytes = 64 << 20;
constexpr auto kMoment = 200ms;
// While the feed is watched: so much later at most the client hears that all is there.
constexpr auto kMomentOfFeed = 10ms;
constexpr auto kLookAfter = 1s;
// Whether the client is still there is its session's to know.
constexpr auto kStall = std::chrono::hours(1);

// Only the file that was offered, and examined, may follow.
Result<void> checkIdentity(PushSession& session) {
    Bytes header(kOverlayHeaderSize);
    TRY(session.read(header, 0));
    if (TRY(OverlayHeader::parse(header)).manifestHash == session.offer().id) return {};
    return Error{ErrorCode::corrupt, session.name() + " is another one than was offered"};
}

}  // namespace

Result<SessionNeeds> SynthesisWork::examine(const push::Offer& offer, const Manifest* manifest,
                                            std::stop_token stop) {
    if (manifest == nullptr) return SessionNeeds{0, offer.size, "a base VM"};
    const BaseRecord base = TRY(findBaseOf(*manifest, m_catalog));
    const MachineSpec machine = TRY(machineOf(*manifest, base));
    TRY(m_hypervisor.checkMachine(machine, std::move(stop)));
    const std::uint64_t chunks =
        manifest->of(ImageKind::disk).changed() + manifest->of(ImageKind::memory).changed();
    return SessionNeeds{machine.memoryBytes, offer.size + chunks * kChunkSize + kSpareBytes,
                        manifest->title};
}

Result<void> SynthesisWork::run(PushSession& session, std::stop_token stop) {
    return session.offer().what == push::What::base ? importPackage(session, stop)
                                                    : runOverlay(session, stop);
}

Result<void> SynthesisWork::runOverlay(PushSession& session, const std::stop_token& stop) {
    TRY(checkIdentity(session));
    Progress progress;
    const Services services{m_catalog, m_hypervisor, progress, stop};
    SynthesisRequest request;
    request.source = &session;
    request.start = session.offer().start == push::Start::early ? SynthesisRequest::Start::early
                                                                : SynthesisRequest::Start::complete;
    request.stall = kStall;
    request.forwards = session.offer().forwards;
    // What a client or an overlay names may be somebody else's here.
    request.hostPorts = SynthesisRequest::HostPorts::free;
    session.tell({push::Phase::starting, {}, {}});
    Synthesised vm = TRY(synthesise(request, services));
    session.setConsole(vm.guest.domain().consoleAddress());
    const Result<std::optional<File>> residue = attend(session, vm, stop);
    session.setConsole({});
    if (!residue) {
        const Error why = vm.reasonOf(residue.error());
        vm.guest.fail(why);
        return why;
    }
    if (!*residue) return {};
    session.tell({push::Phase::complete, {}, {}});  // its ports lead nowhere any more
    return session.sendResidue(**residue, stop);
}

// Until the VM has ended; then what it has become, if that is wanted.
Result<std::optional<File>> SynthesisWork::attend(PushSession& session, Synthesised& vm,
                                                  const std::stop_token& stop) {
    session.tell({push::Phase::running, vm.guest.forwards(), {}});
    bool complete = false;
    auto looked = std::chrono::steady_clock::now();
    while (true) {
        const std::optional<push::Then> then =
            TRY(session.waitForFinish(complete ? kMoment : kMomentOfFeed, stop));
        TRY(vm.check());
        if (then == push::Then::keep) session.close();
        std::optional<File> residue;
        if (then == push::Then::residue) residue = TRY(makeResidue(vm, stop));
        if (then == push::Then::end || residue) {
            TRY(vm.guest.end());
            return residue;
        }
        const FeedStatus feed = vm.feed->status();
        if (!complete && feed.completeSeconds > 0) {
            complete = true;
            session.confirm();
            session.tell({push::Phase::complete, vm.guest.forwards(), {}});
            if (session.offer().start == push::Start::early) vm.setClock(stop);
        }
        if (std::chrono::steady_clock::now() - looked < kLookAfter) continue;
        looked = std::chrono::steady_clock::now();
        const Result<MountStatistics> mount = vm.guest.mount().statistics();
        if (mount) session.tell(feed.demandedSegments, mount->waits);
        // The guest switched itself off.
        if (TRY(vm.guest.domain().status()).ended()) return std::optional<File>();
    }
}

// As a file without a name, which is gone with the session.
Result<File> SynthesisWork::makeResidue(Synthesised& vm, const std::stop_token& stop) {
    Progress progress;
    const TemporaryDirectory folder = TRY(TemporaryDirectory::create(vm.guest.folder(), "residue"));
    OverlayRequest request;
    request.output = folder.path() / "residue.cloudlet";
    request.title = vm.report.manifest.title;
    request.inCatalog = false;  // it is the client's
    TRY(captureResidue(vm, request, Services{m_catalog, m_hypervisor, progress, stop}));
    return File::open(request.output, File::Mode::read);
}

Result<void> SynthesisWork::importPackage(PushSession& session, const std::stop_token& stop) {
    // Read in the order of the file, while it arrives.
    if (TRY(hashOfSource(session, stop)) != session.offer().id) {
        return Error{ErrorCode::corrupt, "the base's package is not the one that was offered"};
    }
    session.tell({push::Phase::starting, {}, {}});
    Progress progress;
    session.confirm();
    const auto package = session.spool();
    const fs::path path = fmt::format("/proc/self/fd/{}", package->fd());
    TRY(importBase(m_catalog, path, progress, stop));
    session.tell({push::Phase::complete, {}, {}});
    while (!TRY(session.waitForFinish(kMoment, stop))) continue;
    return {};
}

}  // namespace cloudlet
