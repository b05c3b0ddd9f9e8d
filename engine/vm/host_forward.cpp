// Port forwards of the user network (monitor.h). The human monitor answers errors as text.
#include <algorithm>
#include <charconv>
#include <sstream>

#include "engine/base/format.h"
#include "engine/vm/monitor.h"

namespace cloudlet {

namespace {

constexpr const char* kNetwork = "hostnet0";  // libvirt's name for the only interface

std::string protocolOf(const PortForward& forward) {
    return forward.protocol == PortForward::Protocol::tcp ? "tcp" : "udp";
}

// "tcp:127.0.0.1:8080"
std::string hostSide(const PortForward& forward, const std::string& address) {
    return protocolOf(forward) + ":" + address + ":" + std::to_string(forward.hostPort);
}

bool parsePort(const std::string& text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

// Lines of "info usernet" that count:
//   Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ
//   TCP[HOST_FORWARD]  12       127.0.0.1 40001       10.0.2.15  7777     0     0
std::vector<PortForward> parseHostForwards(std::string_view text) {
    std::vector<PortForward> forwards;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind, fd, source, sourcePort, target, targetPort;
        words >> kind >> fd >> source >> sourcePort >> target >> targetPort;
        PortForward forward;
        if (kind == "UDP[HOST_FORWARD]") {
            forward.protocol = PortForward::Protocol::udp;
        } else if (kind != "TCP[HOST_FORWARD]") {
            continue;
        }
        if (parsePort(sourcePort, forward.hostPort) && parsePort(targetPort, forward.guestPort)) {
            forwards.push_back(forward);
        }
    }
    return forwards;
}

Result<std::vector<PortForward>> hostForwards(virDomainPtr domain) {
    return parseHostForwards(TRY(hmp(domain, "info usernet")));
}

// A connection is listed with the forward's port as its source:
//   TCP[ESTABLISHED]    9       127.0.0.1 33653       10.0.2.15  8080     0     0
// SYN_SENT means that the guest has not answered yet.
ConnectionState parseHostConnection(std::string_view text, std::uint16_t hostPort) {
    ConnectionState best = ConnectionState::none;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind, fd, source, sourcePort;
        words >> kind >> fd >> source >> sourcePort;
        std::uint16_t port = 0;
        if (!kind.starts_with("TCP[") || kind == "TCP[HOST_FORWARD]") continue;
        if (!parsePort(sourcePort, port) || port != hostPort) continue;
        if (kind != "TCP[SYN_SENT]" && kind != "TCP[CLOSED]") return ConnectionState::accepted;
        best = ConnectionState::pending;
    }
    return best;
}

Result<ConnectionState> hostConnection(virDomainPtr domain, std::uint16_t hostPort) {
    return parseHostConnection(TRY(hmp(domain, "info usernet")), hostPort);
}

Result<PortForward> addHostForward(virDomainPtr domain, PortForward forward,
                                   const std::string& address) {
    const std::vector<PortForward> before = TRY(hostForwards(domain));
    const std::string reply =
        TRY(hmp(domain, "hostfwd_add " + std::string(kNetwork) + " " + hostSide(forward, address) +
                            "-:" + std::to_string(forward.guestPort)));
    if (!reply.empty()) {
        if (reply.find("Could not set up") == std::string::npos) {
            return Error{ErrorCode::failed,
                         "cannot forward " + forward.text() + ": " + escapeForTerminal(reply)};
        }
        return Error{ErrorCode::inUse, protocolOf(forward) + " port " +
                                           std::to_string(forward.hostPort) +
                                           " of this host is in use; choose another"};
    }
    if (forward.hostPort != 0) return forward;
    // QEMU bound a free port; it is the one that was not there before.
    for (const PortForward& now : TRY(hostForwards(domain))) {
        if (now.protocol == forward.protocol && now.guestPort == forward.guestPort &&
            std::ranges::find(before, now) == before.end()) {
            return now;
        }
    }
    return Error{ErrorCode::failed, "QEMU does not say which port it chose for " + forward.text()};
}

Result<void> removeHostForward(virDomainPtr domain, const PortForward& forward,
                               const std::string& address) {
    const std::string reply = TRY(
        hmp(domain, "hostfwd_remove " + std::string(kNetwork) + " " + hostSide(forward, address)));
    // It says "host forwarding rule for ... removed" or "... not found".
    if (reply.find(" removed") != std::string::npos) return {};
    return Error{ErrorCode::notFound, "there is no forward " + forward.text() + " to remove"};
}

}  // namespace cloudlet
