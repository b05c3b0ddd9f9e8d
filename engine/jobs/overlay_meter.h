// What the overlay of an author's VM would weigh if it were made now, while the guest works. Reads
// the VM's images and the base beside it; disturbs neither, and takes a small part of one core. One
// thread at a time, which need not be the author's.
#pragma once

#include <chrono>
#include <functional>

#include "engine/jobs/author_session.h"
#include "engine/overlay/estimate.h"

namespace cloudlet {

class OverlayMeter {
public:
    // The session's guest must outlive the meter. Errors: I/O, cancelled.
    static Result<OverlayMeter> open(AuthorSession& session, Progress& progress,
                                     std::stop_token stop);

    // Errors: cancelled; I/O, as when the guest's file system is gone.
    Result<OverlayEstimate> measure(std::stop_token stop);
    // How long to wait before the next measure(), so that all of them take 5 % of one core.
    std::chrono::milliseconds rest() const { return m_rest; }

private:
    OverlayMeter(Mount& mount, BaseImages base, File disk, File memory)
        : m_mount(&mount),
          m_base(std::move(base)),
          m_disk(std::move(disk)),
          m_memory(std::move(memory)) {}

    Mount* m_mount;
    BaseImages m_base;
    File m_disk;
    File m_memory;
    std::chrono::milliseconds m_rest{0};
};

// Measures until it is stopped. Ends by itself when that fails, as when the guest is gone: a meter
// then shows nothing more, and the guest's end is told elsewhere. Blocks.
void followOverlay(AuthorSession& session, const std::function<void(const OverlayEstimate&)>& tell,
                   const std::stop_token& stop);

}  // namespace cloudlet
