// Which process this is, so that a later one can tell whether it still lives: a pid alone is
// reused, a pid with its start time and the boot it belongs to is not. Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace cloudlet {

struct ProcessIdentity {
    std::int64_t pid = 0;
    std::uint64_t startTime = 0;  // clock ticks after boot (proc(5), stat field 22)
    std::string bootId;           // /proc/sys/kernel/random/boot_id

    bool operator==(const ProcessIdentity&) const = default;

    static ProcessIdentity self();
    bool isAlive() const;
};

}  // namespace cloudlet
