#include "cloudletfs/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cloudletfs/privileges.h"
#include "engine/base/confine.h"
#include "engine/mount/start_thread.h"

namespace cloudlet {

namespace {

using namespace mountChannel;
using std::chrono::milliseconds;

constexpr milliseconds kTick{250};
constexpr milliseconds kSetUpLimit{10'000};
// A program that opens the files in turn (libvirt, then QEMU) leaves short gaps between.
constexpr int kIdleTicks = 4;

void poke(int eventFd) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(eventFd, &one, sizeof one);
}

}  // namespace

Server::~Server() = default;

void Server::requestEnd() {
    m_endRequested = true;
    wake();
}

void Server::wake() {
    poke(m_wakeMain.get());
}

int Server::run() {
    m_wakeMain = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    m_wakeReceiver = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    m_link.keepAlive();  // tells who we are
    Result<MountSetUp> setUp = receiveSetUp(m_link.socket(), kSetUpLimit);
    const std::uint32_t tag = setUp ? setUp->tag : 0;
    const Result<void> opened =
        setUp ? open(std::move(setUp).value()) : Result<void>(std::move(setUp).error());
    if (!opened) {
        (void)sendFailure(tag, opened.error());  // nobody else to tell
        return 1;
    }
    // If the engine has gone already, the receiver sees it.
    (void)m_link.send({tag, ready()});
    Result<std::jthread> receiver = startThread([this](const std::stop_token&) { receive(); });
    if (!receiver) {
        (void)sendFailure(0, receiver.error());
        return 1;
    }
    while (!isOver()) {
        pollfd wait{m_wakeMain.get(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(kTick.count()));
        std::uint64_t ignored = 0;
        [[maybe_unused]] const ssize_t n = ::read(m_wakeMain.get(), &ignored, sizeof ignored);
        tick();
    }
    failAll();
    m_endRequested = true;
    poke(m_wakeReceiver.get());
    receiver->join();
    end();
    return 0;
}

Result<void> Server::open(MountSetUp setUp) {
    m_folder = setUp.values.folder;
    m_readDeadline = milliseconds(setUp.values.readDeadlineMs);
    TouchLog* const log = setUp.values.recordTouches ? &m_touches : nullptr;
    const auto onDemand = [this](const ChunkRange& range) { m_link.demand(range); };
    m_disk = TRY(LazyImage::open({ImageKind::disk, setUp.values.diskBase, m_folder,
                                  std::move(setUp.pendingDisk), log, onDemand}));
    m_memory = TRY(LazyImage::open({ImageKind::memory, setUp.values.memoryBase, m_folder,
                                    std::move(setUp.pendingMemory), log, onDemand}));
    m_fileSystem = std::make_unique<FileSystem>(*m_disk, *m_memory, setUp.values.maxReadahead);
    m_listener = TRY(PacketSocket::listen(m_folder / "mount.sock"));
    m_session = TRY(FuseSession::mount(m_folder / "mnt", *m_fileSystem));
    dropPrivileges();
    return m_session->start([this] {
        m_unmounted = true;
        wake();
    });
}

// Four times a second, and whenever something may be over.
void Server::tick() {
    m_link.keepAlive();
    const auto now = LazyImage::Clock::now();
    const auto progress = std::max(m_disk->lastPlaced(), m_memory->lastPlaced());
    if (now - progress > m_readDeadline) {
        m_disk->failWaitingSince(now - m_readDeadline);
        m_memory->failWaitingSince(now - m_readDeadline);
    }
    // Twice more: an interrupt may come before its request waits, or its thread is marked.
    if (m_fileSystem->takeInterrupted()) m_scansForKilled = 3;
    if (m_scansForKilled > 0) {
        --m_scansForKilled;
        m_disk->releaseKilled();
        m_memory->releaseKilled();
    }
    const bool idle = m_engineGone && m_fileSystem->openFiles() == 0;
    m_idleTicks = idle ? m_idleTicks + 1 : 0;
}

bool Server::isOver() {
    if (m_endRequested || m_unmounted) return true;
    return m_engineGone && (!m_complete || m_idleTicks >= kIdleTicks);
}

void Server::failAll() {
    m_disk->fail();
    m_memory->fail();
}

// REQUIRES: the receiver has ended.
void Server::end() {
    if (m_unmounted && m_link.isConnected()) {
        (void)sendFailure(
            0, {ErrorCode::unavailable, "the file system of the VM was unmounted by somebody"});
    }
    m_session.reset();
    ::unlink((m_folder / "mount.sock").c_str());
    ::rmdir((m_folder / "mnt").c_str());
}

void Server::receive() {
    (void)confineThread(Duty::serveFiles);  // see FuseSession::serve()
    Bytes buffer(kMostPacket);
    while (!m_endRequested) {
        std::array<pollfd, 3> polls{pollfd{m_wakeReceiver.get(), POLLIN, 0},
                                    pollfd{m_listener.get(), POLLIN, 0},
                                    pollfd{m_link.fd(), POLLIN, 0}};
        if (::poll(polls.data(), polls.size(), -1) < 0) continue;
        // First, as the one who comes may follow one who has just gone.
        while (!m_endRequested && m_link.isConnected() && receiveOne(buffer)) continue;
        if (polls[1].revents != 0) accept();
    }
}

// One engine at a time, of our own user or root.
void Server::accept() {
    std::optional<PacketSocket> socket = PacketSocket::accept(m_listener);
    if (!socket || !socket->isFromUs()) return;
    if (m_link.isConnected()) {
        (void)socket->trySend(
            {0, Failed{{ErrorCode::inUse, "the VM's file system belongs to a program that runs"}}});
        return;
    }
    m_engineGone = false;
    m_link.connect(std::move(*socket));
}

bool Server::receiveOne(Bytes& buffer) {
    const Result<std::optional<ByteView>> packet = m_link.socket().tryReceive(buffer);
    if (packet && !packet->has_value()) return false;
    const Result<Message> message =
        packet ? parsePacket(**packet) : Result<Message>(packet.error());
    const Result<void> handled = message ? handle(*message) : Result<void>(message.error());
    if (!handled) hungUp();
    return true;
}

// The engine has gone, or says what it may not.
void Server::hungUp() {
    if (!m_complete) failAll();
    m_link.disconnect();
    m_engineGone = true;
    wake();
}

}  // namespace cloudlet
