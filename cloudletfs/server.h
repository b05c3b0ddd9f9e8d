// One mount from its set-up to its end: takes the engine's messages, watches over the waiting
// requests, and decides when it is over (engine/mount/CHANNEL.md, "Transport"). Constructed and
// run by main().
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "cloudletfs/engine_link.h"
#include "cloudletfs/file_system.h"
#include "cloudletfs/fuse_session.h"
#include "cloudletfs/set_up.h"

namespace cloudlet {

class Server {
public:
    explicit Server(PacketSocket engine) : m_link(std::move(engine)) {}
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Blocks until the mount is gone. Returns the process's exit code.
    int run();
    // Ends run(). Safe in a signal handler, once run() has begun.
    void requestEnd();

private:
    Result<void> open(MountSetUp setUp);
    void tick();
    bool isOver();
    void end();

    // The thread that receives.
    void receive();
    void accept();
    bool receiveOne(Bytes& buffer);  // false: there is none now
    void hungUp();
    Result<void> handle(const mountChannel::Message& message);
    Result<void> place(const mountChannel::Message& message);
    Result<void> finishPlacing(std::uint32_t tag);
    Result<void> sendChanges(const mountChannel::Message& message);
    Result<void> sendTouches(std::uint32_t tag);
    Result<void> sendFailure(std::uint32_t tag, const Error& error);
    MountStatistics statistics() const;
    mountChannel::Ready ready() const;
    LazyImage& image(ImageKind kind) { return kind == ImageKind::disk ? *m_disk : *m_memory; }
    void failAll();
    void wake();

    EngineLink m_link;
    fs::path m_folder;
    std::chrono::milliseconds m_readDeadline{};
    TouchLog m_touches;
    std::unique_ptr<LazyImage> m_disk;
    std::unique_ptr<LazyImage> m_memory;
    std::unique_ptr<FileSystem> m_fileSystem;
    std::unique_ptr<FuseSession> m_session;
    Fd m_listener;
    Fd m_wakeMain;
    Fd m_wakeReceiver;

    std::atomic<bool> m_endRequested{false};
    std::atomic<bool> m_unmounted{false};
    std::atomic<bool> m_complete{false};  // all is placed
    std::atomic<bool> m_engineGone{false};
    std::optional<Error> m_placeError;  // the receiver's
    int m_idleTicks = 0;
    int m_scansForKilled = 0;
};

}  // namespace cloudlet
