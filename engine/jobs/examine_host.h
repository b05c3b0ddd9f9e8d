// Looks at the host as a new user's first question: what works here, what does not, and what
// mends it. Changes nothing but caches. Blocks for some seconds at most.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace cloudlet {

struct HostFinding {
    enum class State { good, advice, problem };  // a problem keeps something from working

    State state = State::good;
    std::string subject;                     // "accelerator"
    std::string text;                        // what was found, one sentence
    std::string remedy;                      // a command or a step; empty with good
    std::string command = {};                // what of the remedy is for a shell; may be nothing
    std::vector<std::string> packages = {};  // of Debian, which mend it once they are installed
};

// `openHypervisor` connects to libvirt and returns "" or the error; it is called once.
std::vector<HostFinding> examineHost(const std::filesystem::path& catalogRoot,
                                     const std::function<std::string()>& openHypervisor);

}  // namespace cloudlet
