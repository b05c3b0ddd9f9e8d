// What dies, stops, fills up or is taken away while a VM stands on a mount.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <future>

#include "engine/base/process.h"
#include "engine/mount/mount_process.h"
#include "tests/catalog/child.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

std::future<std::string> readLater(const MountedFile& file, std::uint64_t chunk) {
    return std::async(std::launch::async, [&file, chunk] { return file.letters(chunk, 1); });
}

pid_t serverOf(const MountPlace& place) {
    const auto socket = PacketSocket::connect(place.run() / "mount.sock");
    return socket ? socket->peer().value_or(0) : 0;
}

bool isGone(pid_t pid) {
    const auto process = MountProcess::find(pid);
    return !process || process->waitForEnd(0ms);
}

std::size_t entriesOf(const char* folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestMountFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void theEngineDiesBeforeAllIsPlaced() {
        const MountPlace place("A?");
        Child child({"hold", place.path(), "A?", "unfinished"});
        QCOMPARE(child.line(), std::string("ready"));
        const pid_t server = serverOf(place);
        const MountedFile disk(place.run() / "mnt/disk");
        auto read = readLater(disk, 1);
        QCOMPARE(child.line(), std::string("demanded"));
        child.kill();
        QVERIFY(read.get().starts_with("error"));
        QVERIFY(eventually([&] { return isGone(server); }));
        QVERIFY(place.isClear());
    }

    void theEngineDiesAfterAllIsPlaced() {
        const MountPlace place("A?");
        Child child({"hold", place.path(), "A?", "finished"});
        QCOMPARE(child.line(), std::string("ready"));
        const pid_t server = serverOf(place);
        {
            const MountedFile disk(place.run() / "mnt/disk");
            child.kill();
            for (const auto end = std::chrono::steady_clock::now() + 2s;
                 std::chrono::steady_clock::now() < end;) {
                QCOMPARE(disk.letters(0, 2), std::string("Ax"));
                std::this_thread::sleep_for(50ms);
            }
            QVERIFY(!isGone(server));
            QCOMPARE(disk.writeLetter(0, 'g'), 4096);
        }
        QVERIFY(eventually([&] { return isGone(server); }));
        QVERIFY(place.isClear());
    }

    void endsByItselfAfterDetach() {
        const MountPlace place("A?");
        std::optional<MountedFile> disk;
        {
            VALUE(mount, place.start());
            disk.emplace(mount.disk());
            VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
            VERIFY_OK(mount.allPlaced({}));
            VERIFY_OK(mount.detach());
        }
        QVERIFY(place.isMounted());
        QCOMPARE(disk->letters(0, 2), std::string("Ax"));
        disk.reset();
        QVERIFY(eventually([&] { return place.isClear(); }));
    }

    void isAttachedAgain() {
        const MountPlace place("A?B");
        VERIFY_ERROR(Mount::attach(place.run(), {}), ErrorCode::unavailable);
        std::optional<MountedFile> disk;
        {
            VALUE(mount, place.start());
            disk.emplace(mount.disk());
            VERIFY_OK(mount.placeZero(ImageKind::disk, 1, 1));
            VERIFY_OK(mount.allPlaced({}));
            // It has an owner, and a refused one takes nothing with it.
            VERIFY_ERROR(Mount::attach(place.run(), {}), ErrorCode::inUse);
            QVERIFY(!mount.lost());
            VERIFY_OK(mount.detach());
        }
        QCOMPARE(disk->writeLetter(2, 'g'), 4096);
        {
            VALUE(mount, Mount::attach(place.run(), {}));
            VALUE(changes, mount.changes(ImageKind::disk));
            QCOMPARE(membersOf(changes.modified), std::string("2"));
            VALUE(statistics, mount.statistics());
            QCOMPARE(statistics.disk.placed, 1U);
            // The kernel tells of a closed file when it has time.
            QVERIFY(eventually([&] { return mount.statistics()->openFiles == 1; }));
        }
        QVERIFY(place.isClear());  // it was its owner
    }

    void theProcessIsKilled() {
        const MountPlace place("A?");
        {
            VALUE(mount, place.start());
            const MountedFile disk(mount.disk());
            auto read = readLater(disk, 1);
            VERIFY_OK(mount.demands(10s, {}));
            auto demands = std::async(std::launch::async, [&] { return mount.demands(60s, {}); });
            ::kill(serverOf(place), SIGKILL);
            QVERIFY(read.get().starts_with("error"));
            VERIFY_ERROR(demands.get(), ErrorCode::unavailable);
            QVERIFY(mount.lost()->message.find("died") != std::string::npos);
            VERIFY_ERROR(mount.place(ImageKind::disk, 1, letterChunk('x')), ErrorCode::unavailable);
            VERIFY_ERROR(mount.statistics(), ErrorCode::unavailable);
            VERIFY_ERROR(mount.detach(), ErrorCode::unavailable);
        }
        QVERIFY(place.isClear());
    }

    void theProcessIsStopped() {
        const MountPlace place(std::string(10'000, '?'));
        pid_t server = 0;
        {
            VALUE(mount, place.start());
            const MountedFile disk(mount.disk());
            auto read = readLater(disk, 1);
            VERIFY_OK(mount.demands(10s, {}));
            server = serverOf(place);
            ::kill(server, SIGSTOP);
            // More than the socket holds: the caller comes back all the same.
            VERIFY_ERROR(mount.place(ImageKind::disk, 0, letterImage(std::string(10'000, 'x'))),
                         ErrorCode::unavailable);
            QVERIFY(mount.lost()->message.find("stopped") != std::string::npos);
            QVERIFY(read.get().starts_with("error"));
        }
        QVERIFY(isGone(server));
        QVERIFY(place.isClear());
    }

    void endsAStoppedProcess() {
        const MountPlace place("A?");
        pid_t server = 0;
        {
            VALUE(mount, place.start());
            server = serverOf(place);
            ::kill(server, SIGSTOP);
        }
        QVERIFY(isGone(server));
        QVERIFY(place.isClear());
    }

    void isUnmountedByHand() {
        const MountPlace place("AB");
        {
            VALUE(mount, place.start());
            QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
            // Open files keep it.
            {
                const MountedFile disk(mount.disk());
                if (::geteuid() == 0) QVERIFY(::umount(mount.disk().parent_path().c_str()) != 0);
                QCOMPARE(disk.letters(1, 1), std::string("B"));
                QVERIFY(!mount.lost());
            }
            QVERIFY(eventually([&] { return mount.statistics()->openFiles == 0; }));
            VERIFY_OK(unmount(mount.disk().parent_path()));
            QVERIFY(eventually([&] { return mount.lost().has_value(); }));
            QVERIFY(mount.lost()->message.find("unmounted") != std::string::npos);
        }
        QVERIFY(place.isClear());
    }

    void theMountPointIsTaken() {
        const MountPlace place("A");
        VALUE(mount, place.start());
        VERIFY_ERROR(place.start(), ErrorCode::exists);
        QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
    }

    void saysWhatIsMissing() {
        MountPlace place("AB");
        place.plan().program = place / "nothing";
        VERIFY_ERROR(place.start(), ErrorCode::notFound);
        QVERIFY(place.isClear());
        place.plan().program = "/bin/false";
        VERIFY_ERROR(place.start(), ErrorCode::failed);
        QVERIFY(place.isClear());
        place.plan().program = "/bin/true";  // starts, and says nothing
        VERIFY_ERROR(place.start(), ErrorCode::unavailable);
        QVERIFY(place.isClear());
        place.plan().program = MOUNT_PROGRAM;
        place.plan().disk.base = place / "nothing";
        VERIFY_ERROR(place.start(), ErrorCode::notFound);
        QVERIFY(place.isClear());
        place.plan().disk = {place / "disk.base", ChunkSet(3)};
        VERIFY_ERROR(place.start(), ErrorCode::corrupt);
        QVERIFY(place.isClear());
        place.plan().disk = {place.path(), ChunkSet(3)};
        VERIFY_ERROR(place.start(), ErrorCode::invalid);
        QVERIFY(place.isClear());
        place.plan().folder = place / "no-such-folder";
        VERIFY_ERROR(place.start(), ErrorCode::notFound);
    }

    // In a mount namespace where /dev/fuse is something else.
    void thereIsNoFuse() {
        if (::geteuid() != 0) QSKIP("only root can put something else in the place of /dev/fuse");
        const MountPlace place("A");
        Child child({"no-fuse", place.path(), "A"});
        const QString said = QString::fromStdString(child.line());
        QVERIFY2(said.startsWith("unavailable: cannot mount the VM's file system"),
                 qPrintable(said));
        QVERIFY(place.isClear());
    }

    void theDeviceIsFull() {
        if (::geteuid() != 0) QSKIP("mounting a file system of exact size needs root");
        MountPlace place("A" + std::string(100, '?'));
        const fs::path small = place / "small";
        fs::create_directory(small);
        QCOMPARE(::mount("none", small.c_str(), "tmpfs", 0, "size=64K"), 0);
        place.plan().folder = small;
        {
            VALUE(mount, place.start());
            const MountedFile disk(mount.disk());
            auto read = readLater(disk, 100);
            VERIFY_OK(mount.demands(10s, {}));
            for (int i = 0; i < 100; ++i) {
                if (!mount.place(ImageKind::disk, static_cast<std::uint64_t>(i + 1),
                                 letterChunk('x'))) {
                    break;
                }
            }
            VERIFY_ERROR(mount.allPlaced({}), ErrorCode::noSpace);
            VERIFY_ERROR(mount.place(ImageKind::disk, 50, letterChunk('x')), ErrorCode::noSpace);
            QCOMPARE(disk.writeLetter(0, 'g'), -ENOSPC);
            QCOMPARE(disk.letters(0, 2), std::string("Ax"));
            QCOMPARE(disk.writeLetter(0, '0'), 4096);  // zeros need none
            mount.fail();
            QCOMPARE(read.get(), std::string("error 5"));
        }
        QVERIFY(fs::is_empty(small));
        QCOMPARE(::umount2(small.c_str(), MNT_DETACH), 0);
    }

    void aReadFailsAtItsDeadline() {
        MountPlace place("A?");
        place.plan().readDeadline = 300ms;
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        QCOMPARE(disk.letters(1, 1), std::string("error 5"));
        VALUE(statistics, mount.statistics());
        QVERIFY(statistics.failedWaits >= 1);  // the kernel may have tried again
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
        QCOMPARE(disk.letters(1, 1), std::string("x"));
        QVERIFY(!mount.lost());
    }

    void thousandsWaitForOneChunk() {
        constexpr std::size_t kReads = 2000;
        const MountPlace place("A?");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk(), Access::direct);
        void* memory = nullptr;
        QCOMPARE(::posix_memalign(&memory, kChunkSize, kReads * kChunkSize), 0);
        const std::unique_ptr<std::byte, decltype(&::free)> buffers(static_cast<std::byte*>(memory),
                                                                    &::free);
        std::vector<std::jthread> threads;
        std::atomic<std::size_t> done{0};
        for (std::size_t i = 0; i < kReads; ++i) {
            threads.emplace_back([&, i] {
                done += ::pread(disk.fd(), buffers.get() + i * kChunkSize, kChunkSize,
                                kChunkSize) == kChunkSize;
            });
        }
        QVERIFY(eventually([&] { return mount.statistics()->waitingNow == kReads; }));
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands, (std::vector<ChunkRef>{{ImageKind::disk, 1}}));
        // Nobody else is kept.
        QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
        threads.clear();
        QCOMPARE(done.load(), kReads);
        QCOMPARE(lettersOf({buffers.get(), kReads * kChunkSize}), std::string(kReads, 'x'));
    }

    // A process that waits for a chunk can be killed.
    void aWaitingReaderDies() {
        const MountPlace place("A?");
        VALUE(mount, place.start());
        Child child({"read", place.run() / "mnt/disk"});
        VERIFY_OK(mount.demands(10s, {}));
        child.kill();  // and waits for its end
        QVERIFY(eventually([&] { return mount.statistics()->waitingNow == 0; }));
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
        QCOMPARE(MountedFile(mount.disk()).letters(1, 1), std::string("x"));
    }

    void cyclesLeaveNothing() {
        const MountPlace place("A?");
        std::size_t descriptors = 0;
        std::size_t threads = 0;
        for (int i = 0; i < 20; ++i) {
            {
                VALUE(mount, place.start());
                QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
            }
            if (i == 1) {
                descriptors = entriesOf("/proc/self/fd");
                threads = entriesOf("/proc/self/task");
            }
        }
        QCOMPARE(entriesOf("/proc/self/fd"), descriptors);
        QVERIFY(eventually([&] { return entriesOf("/proc/self/task") == threads; }));
        QVERIFY(place.isClear());
    }
};

namespace {

int holdMount(const std::vector<std::string>& arguments) {
    auto mount = Mount::start(MountPlace::planIn(arguments[1], arguments[2]), {});
    if (mount && arguments[3] == "finished") {
        (void)mount->place(ImageKind::disk, 1, letterChunk('x'));
        (void)mount->allPlaced({});
    }
    say(mount ? "ready" : mount.error().message);
    if (mount->demands(20s, {})) say("demanded");
    ::sleep(60);
    return 0;
}

int mountWithoutFuse(const std::vector<std::string>& arguments) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("/dev/null", "/dev/fuse", nullptr, MS_BIND, nullptr) != 0) {
        say("cannot set the stage");
        return 1;
    }
    const auto mount = Mount::start(MountPlace::planIn(arguments[1], arguments[2]), {});
    say(mount ? "mounted"
              : std::string(toString(mount.error().code)) + ": " + mount.error().message);
    return 0;
}

int childMain(const std::vector<std::string>& arguments) {
    if (arguments[0] == "hold") return holdMount(arguments);
    if (arguments[0] == "no-fuse") return mountWithoutFuse(arguments);
    alignas(4096) static std::array<std::byte, kChunkSize> buffer;
    const MountedFile file(arguments[1], Access::direct);
    return ::pread(file.fd(), buffer.data(), buffer.size(), kChunkSize) < 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestMountFaults)
#include "tst_mount_faults.moc"
