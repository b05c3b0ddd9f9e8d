// Bases, a run folder and a mount on them, for tests of cloudletfs. Images are drawn with letters
// (scratch.h); '?' is a pending chunk, whose base holds '~'.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <QtTest>
#include <optional>
#include <string>
#include <thread>

#include "engine/mount/mount.h"
#include "engine/mount/unmount.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

// In initTestCase() or a test: skips where no mount is possible at all.
#define REQUIRE_FUSE()                                          \
    do {                                                        \
        const auto possible = cloudlet::checkMountPossible();   \
        if (!possible) QSKIP(possible.error().message.c_str()); \
    } while (false)

namespace cloudlet::test {

inline ChunkSet pendingOf(std::string_view letters) {
    ChunkSet pending(letters.size());
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] == '?') pending.insert(i);
    }
    return pending;
}

inline std::string baseLetters(std::string_view letters) {
    std::string base(letters);
    std::replace(base.begin(), base.end(), '?', '~');
    return base;
}

// The letters of a buffer: what its chunks are filled with, '!' for a chunk of several bytes.
inline std::string lettersOf(ByteView bytes) {
    std::string letters;
    for (std::size_t i = 0; i < bytes.size(); i += kChunkSize) {
        const ByteView chunk = bytes.subspan(i, kChunkSize);
        const bool same = sameBytes(chunk.first(kChunkSize - 1), chunk.subspan(1));
        const char letter = static_cast<char>(chunk[0]);
        letters.push_back(!same ? '!' : letter == 0 ? '0' : letter);
    }
    return letters;
}

// The folder of one VM and its bases.
class MountPlace {
public:
    MountPlace(std::string_view disk, std::string_view memory = "M") {
        fs::create_directory(run());
        imageFile(m_scratch / "disk.base", baseLetters(disk));
        imageFile(m_scratch / "memory.base", baseLetters(memory));
        m_plan = planIn(m_scratch.path(), disk, memory);
    }
    ~MountPlace() {
        // After a failed test, so that its folder can go.
        (void)unmount(run() / "mnt");
    }
    MountPlace(const MountPlace&) = delete;
    MountPlace& operator=(const MountPlace&) = delete;

    // For another process, too.
    static MountPlan planIn(const fs::path& folder, std::string_view disk,
                            std::string_view memory = "M") {
        MountPlan plan;
        plan.program = MOUNT_PROGRAM;
        plan.folder = folder / "run";
        plan.disk = {folder / "disk.base", pendingOf(disk)};
        plan.memory = {folder / "memory.base", pendingOf(memory)};
        plan.maxReadahead = 0;
        return plan;
    }

    MountPlan& plan() { return m_plan; }
    const fs::path& path() const { return m_scratch.path(); }
    fs::path run() const { return m_scratch / "run"; }
    fs::path operator/(std::string_view name) const { return m_scratch / name; }
    Result<Mount> start() const { return Mount::start(m_plan, {}); }

    bool isMounted() const {
        const auto points = mountPoints().value();
        const fs::path point = fs::canonical(m_scratch.path()) / "run/mnt";
        return std::find(points.begin(), points.end(), point) != points.end();
    }
    // Nothing of a mount is left.
    bool isClear() const { return !isMounted() && fs::is_empty(run()); }

private:
    Scratch m_scratch;
    MountPlan m_plan;
};

enum class Access { cached, direct };

// One opened file of a mount. Negative results are -errno.
class MountedFile {
public:
    explicit MountedFile(const fs::path& path, Access access = Access::cached)
        : m_fd(::open(path.c_str(),
                      O_RDWR | O_CLOEXEC | (access == Access::direct ? O_DIRECT : 0))) {}

    int fd() const { return m_fd.get(); }
    explicit operator bool() const { return static_cast<bool>(m_fd); }

    std::string letters(std::uint64_t first, std::size_t count) const {
        Bytes bytes(count * kChunkSize);
        const ssize_t n =
            ::pread(fd(), bytes.data(), bytes.size(), static_cast<off_t>(first * kChunkSize));
        if (n < 0) return "error " + std::to_string(errno);
        return lettersOf(ByteView(bytes).first(static_cast<std::size_t>(n)));
    }
    int write(ByteView bytes, std::uint64_t offset) const {
        const ssize_t n = ::pwrite(fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        return n < 0 ? -errno : static_cast<int>(n);
    }
    int writeLetter(std::uint64_t chunk, char letter) const {
        return write(letterChunk(letter), chunk * kChunkSize);
    }
    int allocate(int mode, std::uint64_t offset, std::uint64_t length) const {
        return ::fallocate(fd(), mode, static_cast<off_t>(offset), static_cast<off_t>(length)) == 0
                   ? 0
                   : -errno;
    }

private:
    Fd m_fd;
};

// Waits for something that another thread or process is about to do.
template <typename Condition>
bool eventually(const Condition& condition) {
    for (int i = 0; i < 2000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

inline std::string membersOf(const ChunkSet& set) {
    std::string text;
    for (std::uint64_t i = set.next(0); i < set.chunks(); i = set.next(i + 1)) {
        text += (text.empty() ? "" : " ") + std::to_string(i);
    }
    return text;
}

}  // namespace cloudlet::test
