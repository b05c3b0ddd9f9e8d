#include "app/synthesis_client/synthesis_run.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "engine/base/format.h"
#include "engine/image/forward_list.h"

namespace cloudlet {

namespace {

std::string timeText(double seconds) {
    return formatDuration(std::chrono::duration<double>(seconds));
}

}  // namespace

void SynthesisRun::running(const std::vector<PortForward>& forwards) {
    if (m_running > 0) return;
    m_running = m_began.seconds();
    m_forwards = forwards;
    m_state.terminal.say(
        fmt::format("Synthesis SUCCESS: the VM runs after {}.", timeText(m_running)));
    for (const PortForward& forward : forwards) {
        m_state.terminal.say(fmt::format("  {}:{} leads to port {} of the guest", m_host,
                                         forward.hostPort, forward.guestPort));
    }
}

void SynthesisRun::complete() {
    if (m_complete > 0) return;
    m_complete = m_began.seconds();
    m_state.terminal.say("type 'q' to quit :");
}

bool SynthesisRun::isQuitWanted() {
    if (m_complete == 0) return false;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (::poll(&input, 1, 0) > 0) {
        char letter = 0;
        if (::read(STDIN_FILENO, &letter, 1) <= 0) return true;
        if (letter != '\n') {
            m_typed += letter;
        } else if (std::exchange(m_typed, "") == "q") {
            return true;
        } else {
            m_state.terminal.say("type 'q' to quit :");
        }
    }
    return false;
}

void SynthesisRun::report(const std::string& session) const {
    m_state.terminal.result(
        fmt::format("SUCCESS in Provisioning: the VM ran after {}, all was there after {}, it was "
                    "ended after {}.",
                    timeText(m_running), timeText(m_complete), timeText(m_began.seconds())),
        {{"session", session},
         {"forwards", toJson(m_forwards)},
         {"runningSeconds", m_running},
         {"completeSeconds", m_complete},
         {"endedSeconds", m_began.seconds()}});
}

}  // namespace cloudlet
