#include "engine/jobs/guest_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "engine/base/fd.h"
#include "engine/jobs/snapshot_trigger.h"
#include "engine/vm/domain.h"

namespace cloudlet {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetween{100};
// An attempt that QEMU has not brought through by then is dropped and made anew: the guest's
// network may not have been up for the first packet.
constexpr std::chrono::milliseconds kAttempt{3000};

Result<Fd> connectTo(std::uint16_t hostPort) {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(hostPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        return Error{ErrorCode::failed,
                     std::string("cannot connect to the VM's network: ") + std::strerror(errno)};
    }
    return socket;
}

// QEMU accepts for the guest at once; whether the guest itself has accepted, its network knows.
Result<bool> guestAccepts(Domain& domain, std::uint16_t hostPort, std::stop_token stop) {
    const Fd socket = TRY(connectTo(hostPort));
    const Clock::time_point giveUp = Clock::now() + kAttempt;
    while (Clock::now() < giveUp) {
        const ConnectionState state = TRY(domain.connectionState(hostPort, stop));
        if (state == ConnectionState::accepted) return true;
        if (state == ConnectionState::none) return false;
        TRY(pauseFor(kBetween / 5, stop));
    }
    return false;
}

Result<void> waitOn(Domain& domain, std::uint16_t hostPort, std::uint16_t guestPort,
                    std::chrono::seconds limit, std::stop_token stop) {
    const Clock::time_point end = Clock::now() + limit;
    while (!TRY(guestAccepts(domain, hostPort, stop))) {
        TRY(requireRunning(domain));
        if (Clock::now() >= end) {
            return Error{ErrorCode::timedOut, "port " + std::to_string(guestPort) +
                                                  " of the guest did not answer within " +
                                                  std::to_string(limit.count()) + " s"};
        }
        TRY(pauseFor(kBetween, stop));
    }
    return {};
}

Result<void> askOn(std::uint16_t hostPort, std::chrono::milliseconds limit, std::stop_token stop) {
    constexpr std::string_view kQuestion = "GET / HTTP/1.0\r\n\r\n";
    const Fd socket = TRY(connectTo(hostPort));
    if (::send(socket.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0) return {};
    const Clock::time_point end = Clock::now() + limit;
    pollfd answer{socket.get(), POLLIN, 0};
    while (Clock::now() < end && ::poll(&answer, 1, 0) == 0) TRY(pauseFor(kBetween / 5, stop));
    return {};
}

}  // namespace

Result<void> askGuestPort(Domain& domain, std::uint16_t port, std::chrono::milliseconds limit,
                          std::stop_token stop) {
    const PortForward forward = TRY(domain.addForward({PortForward::Protocol::tcp, 0, port}, stop));
    const Result<void> asked = askOn(forward.hostPort, limit, stop);
    const Result<void> removed = domain.removeForward(forward);
    return asked ? removed : asked;
}

Result<void> waitForGuestPort(Domain& domain, std::uint16_t port, std::chrono::seconds limit,
                              std::stop_token stop) {
    const PortForward forward = TRY(domain.addForward({PortForward::Protocol::tcp, 0, port}, stop));
    const Result<void> answered = waitOn(domain, forward.hostPort, port, limit, stop);
    const Result<void> removed = domain.removeForward(forward);
    if (answered && !removed) return removed;
    return answered;
}

}  // namespace cloudlet
