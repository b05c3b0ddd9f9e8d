#include "engine/catalog/process_identity.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace cloudlet {

namespace {

std::string bootId() {
    std::ifstream in("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(in, id);
    return id;
}

// 0 if there is no such process, or only its corpse.
std::uint64_t startTimeOf(std::int64_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(in, text);
    const std::size_t nameEnd = text.rfind(')');  // the name may hold spaces and parentheses
    if (nameEnd == std::string::npos) return 0;
    std::istringstream fields(text.substr(nameEnd + 1));
    std::string state;
    fields >> state;
    if (state == "Z" || state == "X") return 0;
    std::string skipped;
    for (int field = 4; field < 22; ++field) fields >> skipped;
    std::uint64_t start = 0;
    fields >> start;
    return start;
}

}  // namespace

ProcessIdentity ProcessIdentity::self() {
    return {::getpid(), startTimeOf(::getpid()), cloudlet::bootId()};
}

bool ProcessIdentity::isAlive() const {
    return pid > 0 && bootId == cloudlet::bootId() && startTime != 0 &&
           startTimeOf(pid) == startTime;
}

}  // namespace cloudlet
