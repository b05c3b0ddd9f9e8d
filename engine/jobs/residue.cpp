#include "engine/jobs/residue.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "engine/base/stopwatch.h"
#include "engine/vm/memory_stream.h"

namespace cloudlet {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReadBytes = 1 << 20;
constexpr int kReadPollMs = 100;
constexpr auto kAskInterval = 20ms;

Error cancelled() {
    return {ErrorCode::cancelled, "cancelled"};
}

// All of a stream, until QEMU closes it.
Result<Bytes> readStream(const Fd& pipe, MemoryStream& stream, const std::stop_token& stop) {
    Bytes buffer(kReadBytes);
    while (true) {
        pollfd ready{pipe.get(), POLLIN, 0};
        const int some = ::poll(&ready, 1, kReadPollMs);
        if (stop.stop_requested()) return cancelled();
        if (some == 0 || (some < 0 && errno == EINTR)) continue;
        const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return systemError(errno, "read", "the stream of the VM");
        if (count == 0) return stream.finish();
        TRY(stream.feed(ByteView(buffer).first(static_cast<std::size_t>(count))));
    }
}

// While a VM is streamed, on the caller's thread: stops the guest after the first pass, so that
// what remains is little. Returns when the reader has ended.
Result<void> followStream(Domain& domain, const std::atomic<bool>& ended,
                          std::optional<Stopwatch>& stopped, const std::stop_token& stop) {
    while (!ended) {
        if (stop.stop_requested()) return cancelled();
        const Result<StreamPhase> phase = domain.streamPhase();
        if (ended) return {};  // the reader knows better why
        if (!phase) return phase.error();
        if (*phase != StreamPhase::firstPass && !stopped) {
            stopped.emplace();
            TRY(domain.suspend());
        }
        std::this_thread::sleep_for(kAskInterval);
    }
    return {};
}

// The device state; the memory on the way. Afterwards the guest stands still, unless it failed.
Result<Bytes> streamMemory(Domain& domain, ImageCapture& memory, std::optional<Stopwatch>& stopped,
                           const Services& services) {
    MemoryStream stream([&](std::uint64_t page, ByteView bytes) -> Result<void> {
        services.progress.advance(kChunkSize);
        return memory.take(page, bytes);
    });
    Fd pipe = TRY(domain.startStream(services.stop));
    Result<Bytes> state = cancelled();
    std::atomic<bool> ended = false;
    std::jthread reader([&](const std::stop_token& stop) {
        state = readStream(pipe, stream, stop);
        pipe.reset();  // QEMU does not go on in vain
        ended = true;
    });
    const Result<void> followed = followStream(domain, ended, stopped, services.stop);
    if (!followed || !ended) reader.request_stop();
    reader.join();
    if (followed && state && TRY(domain.streamPhase()) == StreamPhase::ended) {
        if (!stopped) stopped.emplace();
        TRY(domain.suspend());  // it stands still already, and libvirt is to know
        return state;
    }
    (void)domain.cancelStream();  // what went wrong before is what to tell
    TRY(followed);
    if (!state) return state;
    return Error{ErrorCode::failed, "QEMU has not streamed all of the VM"};
}

Result<CapturedVm> capture(Guest& guest, const GuestFiles& files, std::optional<Stopwatch>& stopped,
                           const Services& services) {
    CapturedVm captured = TRY(CapturedVm::begin(guest, files));
    captured.takePicture(guest, services);
    services.progress.beginStage("reading the guest's memory", TRY(files.memory.size()));
    captured.state = TRY(streamMemory(guest.domain(), captured.memory, stopped, services));
    TRY(captured.updateDisk(guest, services));
    return captured;
}

Result<CapturedVm> captureAndGoOn(Guest& guest, const GuestFiles& files, double& stoppedSeconds,
                                  const Services& services) {
    std::optional<Stopwatch> stopped;
    Result<CapturedVm> captured = capture(guest, files, stopped, services);
    const Result<void> resumed = guest.domain().resume();
    if (stopped) stoppedSeconds = stopped->seconds();
    if (captured && !resumed) return resumed.error();
    return captured;
}

}  // namespace

Result<CreatedOverlay> captureResidue(Guest& guest, OverlayRequest request,
                                      const Services& services) {
    TRY(checkTexts(request));
    if (request.ports.empty()) request.ports = guest.forwardsAnywhere();
    CreatedOverlay report;
    report.cleaned =
        TRY(cleanIfPossible(guest.domain(), request.cleaning, services.progress, services.stop));
    const GuestFiles files = TRY(GuestFiles::open(guest));
    const CapturedVm captured = TRY(captureAndGoOn(guest, files, report.stoppedSeconds, services));
    TRY(writeOverlay(request, guest.base(), captured, report, services));
    return report;
}

Result<CreatedOverlay> captureResidue(Synthesised& vm, OverlayRequest request,
                                      const Services& services) {
    TRY(vm.check());
    services.progress.beginStage("fetching the rest of the overlay", vm.feed->status().totalBytes);
    TRY(vm.feed->waitUntilComplete(services.progress, services.stop));
    if (request.ports.empty()) request.ports = vm.report.manifest.ports;
    Result<CreatedOverlay> created = captureResidue(vm.guest, std::move(request), services);
    if (!created) return vm.reasonOf(created.error());
    return created;
}

}  // namespace cloudlet
