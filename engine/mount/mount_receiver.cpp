// The thread of a MountLink: what comes from cloudletfs, and whether it still lives.
#include <poll.h>

#include <algorithm>
#include <array>

#include "engine/mount/mount_link.h"

namespace cloudlet {

namespace {

using namespace mountChannel;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kCheck{200};
// Four signs of life a second are due. A process that the system calls stopped is believed to be
// after one without; any other may only be slow.
constexpr milliseconds kSilenceOfStopped{1'000};
constexpr milliseconds kSilenceOfHung{10'000};

}  // namespace

void MountLink::receive(std::stop_token stop) {
    Bytes buffer(kMostPacket);
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> polls{pollfd{m_socket.fd(), POLLIN, 0},
                                    pollfd{m_wake.get(), POLLIN, 0}};
        ::poll(polls.data(), polls.size(), static_cast<int>(kCheck.count()));
        if (stop.stop_requested() || !receiveAll(buffer)) return;
        // After receiving: if it was we who slept, the signs of life are there now.
        checkAlive();
    }
}

bool MountLink::receiveAll(Bytes& buffer) {
    while (true) {
        const Result<std::optional<ByteView>> packet = m_socket.tryReceive(buffer);
        if (packet && !packet->has_value()) return true;
        if (!packet && packet.error().code == ErrorCode::unavailable) {
            lose({ErrorCode::unavailable, "the file system of the VM died"});
            return false;
        }
        const Result<Message> message =
            packet ? parsePacket(**packet) : Result<Message>(packet.error());
        const Result<void> taken = message ? take(*message) : Result<void>(message.error());
        if (!taken) {
            lose(taken.error());
            return false;
        }
    }
}

Result<void> MountLink::take(const Message& message) {
    const std::lock_guard lock(m_mutex);
    m_lastHeard = Clock::now();
    if (const auto* alive = std::get_if<Alive>(&message.body)) {
        if (m_process) return {};
        m_process = TRY(MountProcess::find(static_cast<pid_t>(alive->pid)));
    } else if (const auto* demand = std::get_if<Demand>(&message.body)) {
        TRY(takeDemand(*demand));
    } else if (message.tag == 0) {
        TRY(takeFailure(message));
    } else {
        takeReply(message);
    }
    m_changed.notify_all();
    return {};
}

Result<void> MountLink::takeFailure(const Message& message) {
    const auto* failed = std::get_if<Failed>(&message.body);
    if (failed == nullptr) {
        return Error{ErrorCode::corrupt, "the file system of the VM says what only we may"};
    }
    const ErrorCode code = failed->error.code;
    if (code == ErrorCode::unavailable || code == ErrorCode::inUse) {
        m_lost = failed->error;
    } else if (!m_placeError) {
        m_placeError = failed->error;
    }
    return {};
}

Result<void> MountLink::takeDemand(const Demand& demand) {
    for (const ChunkRange& range : demand.ranges) {
        const std::uint64_t chunks = range.image == ImageKind::disk ? m_diskChunks : m_memoryChunks;
        m_demandedChunks += range.count;
        if (range.first + range.count > chunks ||
            m_demandedChunks > m_diskChunks + m_memoryChunks) {
            return Error{ErrorCode::corrupt, "the file system of the VM demands what is not there"};
        }
        m_demands.push_back(range);
    }
    return {};
}

// An answer to nobody is a late one: its caller has given up.
void MountLink::takeReply(const Message& message) {
    if (m_call == nullptr || m_call->tag != message.tag || m_call->ended) return;
    const Body& body = message.body;
    if (const auto* failed = std::get_if<Failed>(&body)) {
        m_call->result = failed->error;
        m_call->ended = true;
        return;
    }
    const bool isDone = std::holds_alternative<Done>(body);
    if (!isDone && *m_call->collect) {
        m_call->result = (*m_call->collect)(message);
        if (!m_call->result) m_call->ended = true;
    }
    if (isDone || std::holds_alternative<Ready>(body) || std::holds_alternative<Statistics>(body)) {
        m_call->ended = true;
    }
}

void MountLink::checkAlive() {
    std::unique_lock lock(m_mutex);
    if (!m_process || m_lost) return;
    const auto silence = Clock::now() - m_lastHeard;
    if (silence < kSilenceOfStopped) return;
    const bool stopped = m_process->isStopped();
    if (!stopped && silence < kSilenceOfHung) return;
    lock.unlock();
    lose({ErrorCode::unavailable, stopped ? "the file system of the VM was stopped by a signal"
                                          : "the file system of the VM hangs"});
}

void MountLink::lose(Error reason) {
    const std::lock_guard lock(m_mutex);
    // Dead or not, nobody shall wait for it.
    if (m_process) m_process->kill();
    if (!m_lost) m_lost = std::move(reason);
    m_changed.notify_all();
}

}  // namespace cloudlet
