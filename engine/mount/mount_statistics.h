// What a mount has done since its start. Plain values, any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace cloudlet {

struct MountImageStatistics {
    // Chunks by state; together all of the image.
    std::uint64_t base = 0;
    std::uint64_t pending = 0;
    std::uint64_t placed = 0;
    std::uint64_t modified = 0;  // by the guest, with `zeroed` among them
    std::uint64_t zeroed = 0;

    std::uint64_t demanded = 0;      // pending chunks that somebody waited for
    std::uint64_t placedInTime = 0;  // placed chunks read, the first time, without a demand
    std::uint64_t bytesFromBase = 0;
    std::uint64_t bytesFromUpper = 0;  // placed or modified

    bool operator==(const MountImageStatistics&) const = default;
};

struct MountStatistics {
    MountImageStatistics disk;
    MountImageStatistics memory;

    // Requests that had to wait for pending chunks and got them. Percentiles are exact to 13 %.
    std::uint64_t waits = 0;
    std::chrono::microseconds waitP50{};
    std::chrono::microseconds waitP99{};
    std::chrono::microseconds waitMost{};
    std::uint64_t failedWaits = 0;  // deadline, or fail()
    std::uint64_t waitingNow = 0;
    std::chrono::microseconds oldestWaiting{};
    std::uint64_t openFiles = 0;

    bool operator==(const MountStatistics&) const = default;
};

}  // namespace cloudlet
