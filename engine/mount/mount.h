// The file system that a VM starts from before its overlay has arrived: a cloudletfs process and
// our end of its channel (CHANNEL.md). Its two files hold the base, what place() brought, and
// what the guest wrote. Every function may be called from any thread, several at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/base/file.h"
#include "engine/image/chunk.h"
#include "engine/image/chunk_set.h"
#include "engine/mount/mount_statistics.h"

namespace cloudlet {

class MountLink;

struct MountImage {
    fs::path base;     // a regular file, opened read-only; never written
    ChunkSet pending;  // what place() will bring; pending.chunks() is the image's size
};

struct MountPlan {
    fs::path program;  // cloudletfs; empty: defaultMountProgram()
    // The VM's run folder, short as it holds a socket. Takes FOLDER/mnt and FOLDER/mount.sock;
    // what is written goes to nameless files in it, which vanish with the process.
    fs::path folder;
    MountImage disk;
    MountImage memory;
    // Bytes the kernel may read beyond what was asked for. 0: a page fault reads and demands one
    // chunk, and touches() is exact. Read-ahead over pending chunks demands all of them.
    std::uint32_t maxReadahead = 128 << 10;
    bool recordTouches = false;
    // A waiting read fails once nothing at all was placed for this long.
    std::chrono::milliseconds readDeadline{30'000};
};

// Where an image is not as its base: disjoint sets.
struct ImageChanges {
    ChunkSet modified;  // by the guest
    ChunkSet zeroed;    // by the guest: trimmed, or overwritten with zeros
    ChunkSet placed;    // as it was placed

    ChunkSet all() const;
};

class Mount {
public:
    // Returns when the files can be opened. Errors: exists (the mount point is taken),
    // unavailable or permission (FUSE cannot be used, with the remedy), notFound (the program,
    // or a base), timedOut, cancelled.
    static Result<Mount> start(const MountPlan& plan, std::stop_token stop);
    // The mount of a VM that runs on after detach(), or whose owner died after allPlaced(). From
    // now on this object owns it. Errors: unavailable (no process answers there), inUse.
    static Result<Mount> attach(const fs::path& folder, std::stop_token stop);

    // Unless detached: reads that wait fail, the mount goes, even while files in it are open, and
    // so does the process. End the VM between fail() and this. Takes at most two seconds.
    ~Mount();
    Mount(Mount&& other) noexcept;
    Mount& operator=(Mount&&) = delete;

    fs::path disk() const;
    fs::path memory() const;

    // Fills pending chunks: `bytes` is a multiple of kChunkSize. Whatever is not pending (any
    // more) keeps its content, so that what the guest wrote wins. Returns when the bytes are on
    // their way, which needs no answer; blocks while the process is behind. An error of an
    // earlier call may be returned by a later one. Errors: noSpace, cancelled (after fail()),
    // unavailable (lost).
    Result<void> place(ImageKind image, std::uint64_t first, ByteView bytes);
    Result<void> placeZero(ImageKind image, std::uint64_t first, std::uint64_t count);
    // Waits until everything is in place. From now on nothing waits and this process may go
    // away. Errors: as place(); corrupt, if chunks are still pending.
    Result<void> allPlaced(std::stop_token stop);

    // Pending chunks that somebody waits for, announced since the last call, each chunk once,
    // oldest first; waits at most `limit` for the first of them. Read by one thread at a time.
    // Errors: cancelled (the token, or fail()), unavailable (lost).
    Result<std::vector<ChunkRef>> demands(std::chrono::milliseconds limit, std::stop_token stop);

    // REQUIRES: the guest is suspended; then the answer is exact (CHANNEL.md, "Sets").
    Result<ImageChanges> changes(ImageKind image);
    // Chunks in the order in which they were first read. REQUIRES: MountPlan::recordTouches.
    Result<std::vector<ChunkRef>> touches();
    Result<MountStatistics> statistics();

    // All waiting reads end with an input/output error now, and later ones of pending chunks at
    // once; calls that wait here return `cancelled`. The first step of every failure or cancel:
    // only then can a VM be ended for sure. Idempotent.
    void fail();
    // Why the file system is gone (it died, was stopped or unmounted); nullopt while it serves.
    // Known within two seconds. All waiting reads have ended by then: end the VM.
    std::optional<Error> lost() const;

    // Leaves the mount to its VM: it ends by itself when the VM has closed both files. Errors:
    // corrupt (before allPlaced()), unavailable (lost).
    Result<void> detach();

private:
    explicit Mount(std::unique_ptr<MountLink> link);

    std::unique_ptr<MountLink> m_link;
};

// Where cloudletfs lies: $CLOUDLET_FS, else beside this program (also in the build's layout),
// else in libexec. Likewise cloudlet-qemu, the emulator to give to a domain on a mount, without
// which each page fault of the guest reads up to 2 MiB. Errors: notFound, with the remedy.
Result<fs::path> defaultMountProgram();
Result<fs::path> defaultMountEmulator();

// Can this user mount at all? Errors: unavailable or permission, each with its remedy.
Result<void> checkMountPossible(const fs::path& device = "/dev/fuse");

}  // namespace cloudlet
