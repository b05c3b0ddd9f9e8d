#include "app/cloudlet/enter_key.h"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "engine/vm/domain.h"

namespace cloudlet {

namespace {

Result<void> waitForEnter(Domain& domain, std::stop_token stop) {
    while (!stop.stop_requested()) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 200) > 0) {
            std::array<char, 256> line;
            const ssize_t n = ::read(STDIN_FILENO, line.data(), line.size());
            if (n > 0) return {};
            return Error{ErrorCode::cancelled,
                         "standard input was closed before Enter was pressed"};
        }
        const DomainStatus status = TRY(domain.status());
        if (status.ended()) {
            return Error{ErrorCode::failed, "the guest has ended (" +
                                                std::string(toString(status.state)) +
                                                "), so there is nothing to save"};
        }
    }
    return Error{ErrorCode::cancelled, "cancelled"};
}

}  // namespace

Result<SnapshotTrigger> enterKeyTrigger() {
    if (::isatty(STDIN_FILENO) != 1) {
        return Error{ErrorCode::invalid,
                     "standard input is not a terminal, so nobody can press Enter: "
                     "use --run SCRIPT or --snapshot-when WHEN"};
    }
    return SnapshotTrigger(
        PersonConfirms{[](Domain& domain, Progress& progress, std::stop_token stop) {
            const std::string socket = domain.consoleAddress().string();
            progress.notice("\nThe guest runs. Its console is a VNC server on a UNIX socket:");
            progress.notice("  remote-viewer vnc+unix://" + socket);
            progress.notice("or, for any other VNC viewer, at 127.0.0.1:5900 after:");
            progress.notice("  socat TCP-LISTEN:5900,bind=127.0.0.1 UNIX-CONNECT:" + socket);
            progress.notice("Press Enter here when it is as you want it; Ctrl-C gives up.");
            return waitForEnter(domain, std::move(stop));
        }});
}

}  // namespace cloudlet
