#include "engine/mount/mount_link.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "engine/mount/start_thread.h"
#include "engine/mount/unmount.h"

namespace cloudlet {

namespace {

using namespace mountChannel;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kCheck{200};
constexpr milliseconds kEndLimit{1'000};
constexpr std::size_t kMostAtOnce = 4096;  // chunks of one answer of demands()

Error failedError() {
    return {ErrorCode::cancelled, "the file system of the VM was given up"};
}

}  // namespace

MountLink::MountLink(PacketSocket socket, fs::path folder)
    : m_socket(std::move(socket)),
      m_folder(std::move(folder)),
      m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_lastHeard(Clock::now()) {}

MountLink::~MountLink() {
    if (!m_detached) end();
    stopReceiving();
}

Result<void> MountLink::run() {
    if (!m_wake) return Error{ErrorCode::failed, "no more descriptors can be opened"};
    m_thread = TRY(startThread([this](std::stop_token stop) { receive(stop); }));
    return {};
}

Result<void> MountLink::waitForProcess(milliseconds limit, std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, limit, [&] { return m_process || m_lost; });
    if (m_process) return {};
    if (m_lost) return *m_lost;
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    return Error{ErrorCode::timedOut, "cloudletfs does not start"};
}

void MountLink::setSizes(std::uint64_t diskChunks, std::uint64_t memoryChunks) {
    const std::lock_guard lock(m_mutex);
    m_diskChunks = diskChunks;
    m_memoryChunks = memoryChunks;
}

std::uint64_t MountLink::chunks(ImageKind image) const {
    const std::lock_guard lock(m_mutex);
    return image == ImageKind::disk ? m_diskChunks : m_memoryChunks;
}

std::optional<Error> MountLink::trouble() const {
    if (m_lost) return m_lost;
    if (m_failed) return failedError();
    return m_placeError;
}

// After the connection has ended: the thread that receives is about to say why.
Error MountLink::lostError() {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, kEndLimit, [&] { return m_lost.has_value(); });
    return m_lost.value_or(Error{ErrorCode::unavailable, "the file system of the VM died"});
}

Result<void> MountLink::send(ByteView head, ByteView bytes) {
    while (true) {
        {
            const std::lock_guard lock(m_mutex);
            if (const std::optional<Error> error = trouble()) return *error;
        }
        const Result<bool> sent = m_socket.trySend(head, bytes);
        if (!sent) return lostError();
        if (*sent) return {};
        m_socket.waitForRoom(kCheck);
    }
}

Result<void> MountLink::call(const Body& request, const Collect& collect, std::stop_token stop,
                             milliseconds limit) {
    const std::lock_guard oneAtATime(m_callMutex);
    const bool isFail = std::holds_alternative<Fail>(request);
    Call call;
    call.collect = &collect;
    {
        const std::lock_guard lock(m_mutex);
        if (m_lost) return *m_lost;
        if (m_failed && !isFail) return failedError();
        call.tag = ++m_lastTag;
        m_call = &call;
    }
    const Clock::time_point end = Clock::now() + limit;
    Result<void> sent = m_socket.send({call.tag, request}, limit);
    std::unique_lock lock(m_mutex);
    m_changed.wait_until(lock, stop, sent ? end : Clock::now() + kEndLimit,
                         [&] { return call.ended || m_lost || (m_failed && !isFail); });
    m_call = nullptr;
    if (call.ended) return call.result;
    if (m_lost) return *m_lost;
    if (!sent) return sent;
    if (m_failed && !isFail) return failedError();
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    return Error{ErrorCode::timedOut, "the file system of the VM does not answer"};
}

Result<std::vector<ChunkRef>> MountLink::demands(milliseconds limit, std::stop_token stop) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, limit, [&] { return !m_demands.empty() || m_lost || m_failed; });
    if (m_lost) return *m_lost;
    if (m_failed) return failedError();
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "cancelled"};
    std::vector<ChunkRef> chunks;
    while (!m_demands.empty() && chunks.size() < kMostAtOnce) {
        ChunkRange& range = m_demands.front();
        chunks.push_back({range.image, range.first++});
        if (--range.count == 0) m_demands.pop_front();
    }
    return chunks;
}

void MountLink::fail() {
    {
        const std::lock_guard lock(m_mutex);
        if (m_failed || m_lost) return;
        m_failed = true;
        m_changed.notify_all();
    }
    const Result<void> done = call(Fail{}, {}, {}, kEndLimit);
    if (done) return;
    const std::lock_guard lock(m_mutex);
    // Whoever waits must not wait for a process that does not listen.
    if (m_process) m_process->kill();
}

std::optional<Error> MountLink::lost() const {
    const std::lock_guard lock(m_mutex);
    return m_lost;
}

Result<void> MountLink::detach() {
    if (const std::optional<Error> error = lost()) return *error;
    if (!m_complete) {
        return Error{ErrorCode::corrupt, "the VM cannot run on alone: parts of it are missing"};
    }
    abandon();
    return {};
}

void MountLink::abandon() {
    m_detached = true;
    stopReceiving();
}

void MountLink::stopReceiving() {
    m_thread.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(m_wake.get(), &one, sizeof one);
    if (m_thread.joinable()) m_thread.join();
    m_socket.hangUp();
}

// Asks the process to end, then makes it, then clears up behind it.
void MountLink::end() {
    if (m_thread.joinable()) fail();
    std::optional<MountProcess> process;
    {
        const std::lock_guard lock(m_mutex);
        process = std::exchange(m_process, std::nullopt);
    }
    (void)m_socket.send({0, ShutDown{}}, milliseconds(100));
    stopReceiving();
    if (process && !process->waitForEnd(kEndLimit)) {
        process->kill();
        process->waitForEnd(kEndLimit);
    }
    // What cannot be taken away now is left to the next start's sweep.
    (void)unmount(mountPoint());
    ::unlink((m_folder / "mount.sock").c_str());
    ::rmdir(mountPoint().c_str());
}

}  // namespace cloudlet
