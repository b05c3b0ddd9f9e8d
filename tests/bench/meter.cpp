// Measures the live meter on a guest in which a script works: what part of one core it takes, and
// how near it comes to the overlay that is made in the end. Prints one JSON object a line.
//
// Usage: bench_meter CATALOG BASE SCRIPT SECONDS
#include <fmt/format.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <thread>

#include "engine/base/stopwatch.h"
#include "engine/catalog/catalog.h"
#include "engine/jobs/overlay_meter.h"
#include "engine/jobs/run_script.h"

using namespace cloudlet;
using namespace std::chrono_literals;

namespace {

double processorSeconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Measures for so long; the last estimate.
Result<OverlayEstimate> watch(OverlayMeter& meter, double seconds) {
    const Stopwatch whole;
    const double before = processorSeconds();
    OverlayEstimate last;
    while (whole.seconds() < seconds) {
        const double workBegan = processorSeconds();
        const Stopwatch took;
        last = TRY(meter.measure({}));
        fmt::print(
            "{{\"estimate\":{},\"changed\":{},\"seconds\":{:.3f},\"cpuSeconds\":{:.3f},"
            "\"restSeconds\":{:.1f}}}\n",
            last.fileBytes, last.changedBytes(), took.seconds(), processorSeconds() - workBegan,
            std::chrono::duration<double>(meter.rest()).count());
        std::fflush(stdout);
        std::this_thread::sleep_for(meter.rest());
    }
    fmt::print("{{\"partOfOneCore\":{:.4f}}}\n", (processorSeconds() - before) / whole.seconds());
    return last;
}

Result<void> run(const char* catalogRoot, const char* base, const char* script, double seconds) {
    Catalog catalog = TRY(Catalog::open(catalogRoot));
    const std::unique_ptr<Hypervisor> hypervisor = TRY(Hypervisor::open({}));
    Progress progress;
    const Services services{catalog, *hypervisor, progress, {}};
    AuthorSession session = TRY(AuthorSession::begin({base, "meter", {}}, services));
    const std::string text = TRY(readScript(script));
    TRY(runScriptInGuest(session.guest().domain(), text, 10min, progress, {}));
    OverlayMeter meter = TRY(OverlayMeter::open(session, progress, {}));
    const OverlayEstimate last = TRY(watch(meter, seconds));
    OverlayRequest request;
    request.output = fs::path(catalogRoot) / "bench-meter.cloudlet";
    request.title = "meter";
    request.cleaning = Cleaning::never;
    const CreatedOverlay made = TRY(session.createOverlay(request, services));
    fmt::print("{{\"estimate\":{},\"made\":{},\"ratio\":{:.3f}}}\n", last.fileBytes,
               made.overlay.fileBytes,
               static_cast<double>(last.fileBytes) / static_cast<double>(made.overlay.fileBytes));
    return catalog.forgetOverlay(request.output);
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 0;
    if (argc == 5) std::from_chars(argv[4], argv[4] + std::string_view(argv[4]).size(), seconds);
    if (seconds <= 0) {
        fmt::print(stderr, "Usage: bench_meter CATALOG BASE SCRIPT SECONDS\n");
        return 2;
    }
    const Result<void> done = run(argv[1], argv[2], argv[3], seconds);
    if (done) return 0;
    fmt::print(stderr, "{}\n", done.error().message);
    return 1;
}
