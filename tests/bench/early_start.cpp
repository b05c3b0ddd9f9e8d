// Measures the early start of an overlay's VM against "fetch everything, then start", over a link
// of 20 ms round trip at 10 and 100 Mbit/s (a throttled source, tests/support/troubled_source.h),
// interleaved. Prints one JSON object a line. Driven by early_start.py.
//
// Usage: bench_early_start CATALOG OVERLAY GUEST-PORT RUNS
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "engine/base/stopwatch.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/guest_port.h"
#include "engine/jobs/synthesise.h"
#include "engine/overlay/chunk_places.h"
#include "tests/support/troubled_source.h"

using namespace cloudlet;
using namespace std::chrono_literals;
using test::TroubledSource;

namespace {

constexpr auto kRoundTrip = 20ms;
constexpr double kMegabit = 1e6 / 8;

// The status line of an HTTP answer has come, within a short time: QEMU's network drops a first
// packet that the guest does not take at once, and repeats it only after six seconds.
bool answers(std::uint16_t port) {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{0, 500'000};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        return false;
    }
    constexpr std::string_view kRequest = "GET / HTTP/1.0\r\n\r\n";
    if (::send(fd.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) return false;
    char reply[8] = {};
    return ::recv(fd.get(), reply, sizeof reply, MSG_WAITALL) > 4 &&
           std::string_view(reply).starts_with("HTTP");
}

class Bench {
public:
    Bench(Catalog& catalog, Hypervisor& hypervisor, std::string overlay, std::uint16_t port)
        : m_services{catalog, hypervisor, m_progress, {}},
          m_overlay(std::move(overlay)),
          m_port(port) {}

    Result<void> start(const char* name, double megabits, SynthesisRequest::Start start) {
        TroubledSource source(TRY(FileSource::open(m_overlay)),
                              {megabits > 0 ? kRoundTrip : 0ms, megabits * kMegabit});
        SynthesisRequest request;
        request.source = &source;
        request.start = start;
        request.forwards = {{PortForward::Protocol::tcp, 0, m_port}};
        const Stopwatch began;
        Synthesised vm = TRY(synthesise(request, m_services));
        const double running = began.seconds();
        const std::uint16_t port = vm.guest.forwards().front().hostPort;
        while (!answers(port)) {
            TRY(vm.check());
            std::this_thread::sleep_for(10ms);
        }
        const double answer = began.seconds();
        const std::uint64_t fetched = source.bytesSent();
        TRY(vm.feed->waitUntilComplete(m_progress, {}));
        const double complete = began.seconds();
        const MountStatistics mount = TRY(vm.guest.mount().statistics());
        const std::uint64_t total = TRY(source.size());
        fmt::print(
            "{{\"what\": \"{}\", \"megabits\": {}, \"running\": {:.4f}, \"answer\": {:.4f}, "
            "\"complete\": {:.4f}, \"bytesBeforeAnswer\": {}, \"bytes\": {}, "
            "\"demanded\": {}, \"inTime\": {}}}\n",
            name, megabits, running, answer, complete, fetched, total,
            mount.disk.demanded + mount.memory.demanded,
            mount.disk.placedInTime + mount.memory.placedInTime);
        std::fflush(stdout);
        return vm.guest.end();
    }

    // Reads chunks of the memory at random, one after the other, while all is on its way.
    Result<void> faults(double megabits) {
        TroubledSource source(TRY(FileSource::open(m_overlay)), {kRoundTrip, megabits * kMegabit});
        SynthesisRequest request;
        request.source = &source;
        request.start = SynthesisRequest::Start::early;
        Synthesised vm = TRY(synthesise(request, m_services));
        const File memory = TRY(File::open(vm.guest.memory(), File::Mode::read));
        Bytes into(kChunkSize);
        for (const ChunkRef& chunk : TRY(shuffledMemory())) {
            if (vm.feed->status().completeSeconds > 0) break;
            TRY(memory.readAt(into, chunk.offset()));
        }
        TRY(vm.feed->waitUntilComplete(m_progress, {}));
        const MountStatistics mount = TRY(vm.guest.mount().statistics());
        fmt::print(
            "{{\"what\": \"faults\", \"megabits\": {}, \"waits\": {}, \"waitP50\": {:.6f}, "
            "\"waitP99\": {:.6f}, \"largestSegment\": {}}}\n",
            megabits, mount.waits, std::chrono::duration<double>(mount.waitP50).count(),
            std::chrono::duration<double>(mount.waitP99).count(), TRY(largestSegment()));
        std::fflush(stdout);
        return vm.guest.end();
    }

    // What a start touches that nobody has rehearsed, against the start set.
    Result<void> coverage() {
        FileSource source = TRY(FileSource::open(m_overlay));
        SynthesisRequest request;
        request.source = &source;
        request.rehearsal = true;
        std::vector<ChunkRef> touches;
        {
            Synthesised vm = TRY(synthesise(request, m_services));
            TRY(waitForGuestPort(vm.guest.domain(), m_port, 120s, {}));
            TRY(askGuestPort(vm.guest.domain(), m_port, 10s, {}));
            touches = TRY(vm.guest.mount().touches());
            TRY(vm.guest.end());
        }
        const OverlayReader overlay = TRY(OverlayReader::open(source));
        const ChunkPlaces places(overlay);
        const StartSet set = overlay.manifest().startSet.value_or(StartSet());
        // Equal chunks are stored once: those that nobody touches come along for nothing.
        using Content = std::pair<std::uint64_t, std::uint64_t>;
        std::map<ChunkRef, Content> contents;
        std::set<Content> inSet;
        for (std::uint64_t i = set.firstSegment; i < set.firstSegment + set.segments; ++i) {
            for (const Entry& entry : overlay.segment(i).entries) {
                contents[entry.chunk] = {i, entry.position};
                inSet.insert({i, entry.position});
            }
        }
        std::set<Content> used;
        std::uint64_t ofSet = 0;
        std::uint64_t ofOverlay = 0;
        for (const ChunkRef& chunk : touches) {
            if (places.find(chunk).kind != ChunkPlace::Kind::fetched) continue;
            ++ofOverlay;
            const auto found = contents.find(chunk);
            if (found == contents.end()) continue;
            ++ofSet;
            used.insert(found->second);
        }
        fmt::print(
            "{{\"what\": \"coverage\", \"touched\": {}, \"touchedOfOverlay\": {}, "
            "\"ofStartSet\": {}, \"startSetContents\": {}, \"usedContents\": {}}}\n",
            touches.size(), ofOverlay, ofSet, inSet.size(), used.size());
        std::fflush(stdout);
        return {};
    }

private:
    Result<std::vector<ChunkRef>> shuffledMemory() {
        FileSource source = TRY(FileSource::open(m_overlay));
        const OverlayReader overlay = TRY(OverlayReader::open(source));
        std::vector<ChunkRef> chunks;
        for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
            for (const Entry& entry : overlay.segment(i).entries) {
                if (entry.chunk.image == ImageKind::memory) chunks.push_back(entry.chunk);
            }
        }
        std::shuffle(chunks.begin(), chunks.end(), std::mt19937(1));
        return chunks;
    }

    Result<std::uint64_t> largestSegment() {
        FileSource source = TRY(FileSource::open(m_overlay));
        const OverlayReader overlay = TRY(OverlayReader::open(source));
        std::uint64_t largest = 0;
        for (std::size_t i = 0; i < overlay.segmentCount(); ++i) {
            largest = std::max(largest, overlay.segment(i).stored.length);
        }
        return largest;
    }

    Progress m_progress;
    Services m_services;
    std::string m_overlay;
    std::uint16_t m_port;
};

Result<void> run(const std::string& root, const std::string& overlay, std::uint16_t port,
                 int runs) {
    Catalog catalog = TRY(Catalog::open(root));
    const std::unique_ptr<Hypervisor> hypervisor = TRY(Hypervisor::open({}));
    Bench bench(catalog, *hypervisor, overlay, port);
    using Start = SynthesisRequest::Start;
    TRY(bench.start("warm up", 0, Start::complete));
    for (int i = 0; i < runs; ++i) {
        for (const double megabits : {10.0, 100.0, 0.0}) {
            TRY(bench.start("complete", megabits, Start::complete));
            TRY(bench.start("early", megabits, Start::early));
        }
        TRY(bench.coverage());
        for (const double megabits : {10.0, 100.0}) TRY(bench.faults(megabits));
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        fmt::print(stderr, "usage: bench_early_start CATALOG OVERLAY GUEST-PORT RUNS\n");
        return 2;
    }
    const Result<void> done =
        run(argv[1], argv[2], static_cast<std::uint16_t>(std::atoi(argv[3])), std::atoi(argv[4]));
    if (done) return 0;
    fmt::print(stderr, "bench_early_start: {}\n", done.error().message);
    return 1;
}
