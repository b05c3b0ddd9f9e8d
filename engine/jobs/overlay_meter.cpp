#include "engine/jobs/overlay_meter.h"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>

namespace cloudlet {

namespace {

using std::chrono::milliseconds;

constexpr int kRestPerWork = 19;  // 5 % of the time is work
constexpr milliseconds kShortestRest{2'000};
constexpr milliseconds kLongestRest{60'000};

// Of all threads of this process, as several compare.
milliseconds processorTime() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

}  // namespace

Result<OverlayMeter> OverlayMeter::open(AuthorSession& session, Progress& progress,
                                        std::stop_token stop) {
    const BaseRecord& base = session.base();
    Guest& guest = session.guest();
    BaseImages images =
        TRY(BaseImages::open(base.files, base.vm, BaseImages::Purpose::encode, progress, stop));
    File disk = TRY(File::open(guest.disk(), File::Mode::read));
    File memory = TRY(File::open(guest.memory(), File::Mode::read));
    return OverlayMeter(guest.mount(), std::move(images), std::move(disk), std::move(memory));
}

Result<OverlayEstimate> OverlayMeter::measure(std::stop_token stop) {
    const milliseconds before = processorTime();
    const ChunkSet onDisk = TRY(m_mount->changes(ImageKind::disk)).all();
    EncodeInput input{m_base, m_disk, m_memory};
    input.diskMayDiffer = &onDisk;
    Result<OverlayEstimate> estimate = estimateOverlay(input, Profile::balanced, std::move(stop));
    m_rest = std::clamp((processorTime() - before) * kRestPerWork, kShortestRest, kLongestRest);
    return estimate;
}

void followOverlay(AuthorSession& session, const std::function<void(const OverlayEstimate&)>& tell,
                   const std::stop_token& stop) {
    Progress unseen;
    Result<OverlayMeter> meter = OverlayMeter::open(session, unseen, stop);
    std::mutex mutex;
    std::condition_variable_any never;
    while (meter && !stop.stop_requested()) {
        const Result<OverlayEstimate> estimate = meter->measure(stop);
        if (!estimate) return;
        tell(*estimate);
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, meter->rest(), [] { return false; });
    }
}

}  // namespace cloudlet
