#include "cloudletfs/killed.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace cloudlet {

// A fatal signal sets SIGKILL in the pending set of every thread of its process (proc(5),
// SigPnd and ShdPnd: masks in hexadecimal, signal 1 the lowest bit).
bool isBeingKilled(pid_t thread) {
    if (thread <= 0) return false;
    std::ifstream status("/proc/" + std::to_string(thread) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("SigPnd:") && !line.starts_with("ShdPnd:")) continue;
        const unsigned long long mask = std::strtoull(line.c_str() + 7, nullptr, 16);
        if ((mask >> (SIGKILL - 1) & 1) != 0) return true;
    }
    return false;
}

}  // namespace cloudlet
