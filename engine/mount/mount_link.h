// The engine's end of one channel: a thread that receives, what it has received, and the process
// at the other end. Behind Mount, which says what the functions promise. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "engine/mount/mount.h"
#include "engine/mount/mount_process.h"
#include "engine/mount/packet_socket.h"

namespace cloudlet {

class MountLink {
public:
    using Message = mountChannel::Message;
    using Body = mountChannel::Body;
    // Takes one message of an answer; its views are valid during the call only. Called with
    // m_mutex held, so it must not come back here.
    using Collect = std::function<Result<void>(const Message&)>;

    // `folder` as the kernel names it.
    MountLink(PacketSocket socket, fs::path folder);
    // Ends the process and the mount, unless detached.
    ~MountLink();
    MountLink(const MountLink&) = delete;
    MountLink& operator=(const MountLink&) = delete;

    // Starts the thread that receives.
    Result<void> run();
    // Until the process has said who it is. Errors: timedOut, cancelled, unavailable.
    Result<void> waitForProcess(std::chrono::milliseconds limit, std::stop_token stop);

    const fs::path& folder() const { return m_folder; }
    fs::path mountPoint() const { return m_folder / "mnt"; }

    // Chunks of each image: bounds what the other side may name.
    void setSizes(std::uint64_t diskChunks, std::uint64_t memoryChunks);
    std::uint64_t chunks(ImageKind image) const;

    // A message without an answer; waits for room.
    Result<void> send(ByteView head, ByteView bytes);
    // One request at a time: its answer's messages go to `collect`, the last of them ends it.
    Result<void> call(const Body& request, const Collect& collect, std::stop_token stop,
                      std::chrono::milliseconds limit = std::chrono::seconds(10));

    Result<std::vector<ChunkRef>> demands(std::chrono::milliseconds limit, std::stop_token stop);
    void fail();
    std::optional<Error> lost() const;
    void setComplete() { m_complete = true; }
    Result<void> detach();
    // Hangs up and leaves the process to itself.
    void abandon();

private:
    struct Call {
        std::uint32_t tag = 0;
        const Collect* collect = nullptr;
        bool ended = false;
        Result<void> result;
    };

    void receive(std::stop_token stop);
    bool receiveAll(Bytes& buffer);  // false: the connection is over
    Result<void> take(const Message& message);
    Result<void> takeFailure(const Message& message);
    Result<void> takeDemand(const mountChannel::Demand& demand);
    void takeReply(const Message& message);
    void checkAlive();
    void lose(Error reason);
    // Why nothing can be sent or waited for. REQUIRES: m_mutex is held.
    std::optional<Error> trouble() const;
    Error lostError();
    void stopReceiving();
    void end();

    const PacketSocket m_socket;
    const fs::path m_folder;
    Fd m_wake;

    mutable std::mutex m_mutex;  // guards what follows, up to m_callMutex
    std::condition_variable_any m_changed;
    std::optional<MountProcess> m_process;
    std::chrono::steady_clock::time_point m_lastHeard;
    std::uint64_t m_diskChunks = 0;
    std::uint64_t m_memoryChunks = 0;
    std::optional<Error> m_lost;
    std::optional<Error> m_placeError;
    bool m_failed = false;
    std::deque<mountChannel::ChunkRange> m_demands;
    std::uint64_t m_demandedChunks = 0;  // since the start: each is demanded once
    Call* m_call = nullptr;
    std::uint32_t m_lastTag = 0;

    std::mutex m_callMutex;  // taken before m_mutex; one call at a time
    std::atomic<bool> m_complete{false};
    bool m_detached = false;
    std::jthread m_thread;
};

}  // namespace cloudlet
