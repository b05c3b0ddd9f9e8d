// Mount against the real cloudletfs and the real kernel: what is read, written, placed and told.
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <future>

#include "engine/base/hash.h"
#include "tests/support/mount_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;
using namespace std::chrono_literals;

namespace {

constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

// Reads in a thread of its own; what it reads is there once it could be.
std::future<std::string> readLater(const MountedFile& file, std::uint64_t first,
                                   std::size_t count) {
    return std::async(std::launch::async,
                      [&file, first, count] { return file.letters(first, count); });
}

bool isWaiting(std::future<std::string>& future) {
    return future.wait_for(0s) == std::future_status::timeout;
}

// The mount's state as text: "b1 p2 l0 m3 z1".
std::string stateOf(const MountImageStatistics& image) {
    return "b" + std::to_string(image.base) + " p" + std::to_string(image.pending) + " l" +
           std::to_string(image.placed) + " m" + std::to_string(image.modified) + " z" +
           std::to_string(image.zeroed);
}

}  // namespace

class TestMount : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_FUSE(); }

    void readsTheBase() {
        const MountPlace place("AB0C", "MN");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const MountedFile memory(mount.memory());
        QCOMPARE(disk.letters(0, 4), std::string("AB0C"));
        QCOMPARE(memory.letters(0, 2), std::string("MN"));
        QCOMPARE(disk.letters(1, 9), std::string("B0C"));
        QVERIFY(!mount.lost());
    }

    void showsTwoFilesOfTheirOwner() {
        const MountPlace place("AB", "M");
        VALUE(mount, place.start());
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(mount.disk().parent_path())) {
            names.push_back(entry.path().filename());
        }
        QCOMPARE(names, (std::vector<std::string>{"disk", "memory"}));
        struct stat info {};
        QCOMPARE(::stat(mount.disk().c_str(), &info), 0);
        QCOMPARE(info.st_mode, static_cast<mode_t>(S_IFREG | 0600));
        QCOMPARE(info.st_uid, ::geteuid());
        QCOMPARE(info.st_size, static_cast<off_t>(2 * kChunkSize));
        QCOMPARE(::truncate(mount.disk().c_str(), 4096), -1);
        QCOMPARE(errno, EPERM);
        QCOMPARE(::open(mount.disk().c_str(), O_RDWR | O_TRUNC), -1);
        QVERIFY(::chmod(mount.disk().c_str(), 0666) != 0);
        QVERIFY(::open((mount.disk().parent_path() / "x").c_str(), O_CREAT | O_RDWR, 0600) < 0);
        const MountedFile disk(mount.disk());
        QCOMPARE(disk.write(letterChunk('x'), 2 * kChunkSize), -EFBIG);
        QCOMPARE(MountedFile(mount.disk()).letters(0, 2), std::string("AB"));
    }

    void leavesNothing() {
        const MountPlace place("AB?", "?");
        {
            VALUE(mount, place.start());
            QVERIFY(place.isMounted());
            QCOMPARE(MountedFile(mount.disk()).letters(0, 1), std::string("A"));
        }
        QVERIFY(place.isClear());
    }

    void goesWhileFilesAreOpen() {
        const MountPlace place("AB", "M");
        std::optional<MountedFile> disk;
        {
            VALUE(mount, place.start());
            disk.emplace(mount.disk());
            QCOMPARE(disk->letters(0, 1), std::string("A"));
        }
        QVERIFY(place.isClear());
        QVERIFY(disk->letters(1, 1).starts_with("error"));
    }

    void readersWaitAndAreDemanded() {
        const MountPlace place("A?B?", "?");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const MountedFile memory(mount.memory());
        auto one = readLater(disk, 1, 1);
        VALUE(first, mount.demands(10s, {}));
        QCOMPARE(first, (std::vector<ChunkRef>{{ImageKind::disk, 1}}));
        auto two = readLater(memory, 0, 1);
        VALUE(second, mount.demands(10s, {}));
        QCOMPARE(second, (std::vector<ChunkRef>{{ImageKind::memory, 0}}));
        VALUE(none, mount.demands(10ms, {}));
        QVERIFY(none.empty());
        // Neither what is there nor another file is kept by them.
        QCOMPARE(disk.letters(0, 1), std::string("A"));
        QCOMPARE(disk.letters(2, 1), std::string("B"));
        QVERIFY(isWaiting(one) && isWaiting(two));
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
        VERIFY_OK(mount.place(ImageKind::memory, 0, letterChunk('y')));
        QCOMPARE(one.get(), std::string("x"));
        QCOMPARE(two.get(), std::string("y"));
        VALUE(statistics, mount.statistics());
        QCOMPARE(stateOf(statistics.disk), std::string("b2 p1 l1 m0 z0"));
        QCOMPARE(statistics.disk.demanded, 1U);
        QCOMPARE(statistics.waits, 2U);
        QVERIFY(statistics.waitMost >= statistics.waitP99);
        QVERIFY(statistics.waitP99 >= statistics.waitP50 && statistics.waitP50 > 0us);
        QCOMPARE(statistics.waitingNow, 0U);
    }

    void aReadOfSeveralWaitsForAll() {
        const MountPlace place("A?B??C");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk(), Access::direct);
        void* memory = nullptr;
        QCOMPARE(::posix_memalign(&memory, kChunkSize, 6 * kChunkSize), 0);
        const std::unique_ptr<void, decltype(&::free)> buffer(memory, &::free);
        auto all = std::async(std::launch::async,
                              [&] { return ::pread(disk.fd(), memory, 6 * kChunkSize, 0); });
        std::vector<ChunkRef> demands;
        QVERIFY(eventually([&] {
            const auto more = mount.demands(1s, {}).value();
            demands.insert(demands.end(), more.begin(), more.end());
            return demands.size() >= 3;
        }));
        QCOMPARE(demands, (std::vector<ChunkRef>{
                              {ImageKind::disk, 1}, {ImageKind::disk, 3}, {ImageKind::disk, 4}}));
        VERIFY_OK(mount.place(ImageKind::disk, 3, letterImage("xy")));
        QCOMPARE(all.wait_for(50ms), std::future_status::timeout);
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('w')));
        QCOMPARE(all.get(), static_cast<ssize_t>(6 * kChunkSize));
        QCOMPARE(lettersOf({static_cast<std::byte*>(memory), 6 * kChunkSize}),
                 std::string("AwBxyC"));
    }

    void placesRunsAndZeros() {
        const MountPlace place(std::string(100, '?'), "??M");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        std::string letters;
        for (int i = 0; i < 80; ++i)
            letters.push_back(i % 7 == 0 ? '0' : static_cast<char>('a' + i % 26));
        VERIFY_OK(mount.place(ImageKind::disk, 10, letterImage(letters)));
        VERIFY_OK(mount.placeZero(ImageKind::disk, 0, 10));
        VERIFY_OK(mount.placeZero(ImageKind::disk, 0, 100));
        VERIFY_OK(mount.placeZero(ImageKind::memory, 0, 3));
        VERIFY_OK(mount.allPlaced({}));
        QCOMPARE(disk.letters(0, 100), std::string(10, '0') + letters + std::string(10, '0'));
        // What was the base's stays.
        QCOMPARE(MountedFile(mount.memory()).letters(0, 3), std::string("00M"));
    }

    void allPlacedTellsWhatIsMissing() {
        const MountPlace place("A??");
        VALUE(mount, place.start());
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterChunk('x')));
        VERIFY_ERROR(mount.allPlaced({}), ErrorCode::corrupt);
        VERIFY_ERROR(mount.detach(), ErrorCode::corrupt);
        VERIFY_OK(mount.place(ImageKind::disk, 2, letterChunk('y')));
        VERIFY_OK(mount.allPlaced({}));
    }

    void aWholeWriteNeedsNoFetchAndWins() {
        const MountPlace place("A??B");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        QCOMPARE(disk.writeLetter(1, 'g'), 4096);
        QCOMPARE(disk.write(letterImage("hi"), 2 * kChunkSize), 8192);
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterImage("xy")));
        VERIFY_OK(mount.allPlaced({}));
        QCOMPARE(disk.letters(0, 4), std::string("Aghi"));
        VALUE(none, mount.demands(0ms, {}));
        QVERIFY(none.empty());
        const MountedFile direct(mount.disk(), Access::direct);
        QCOMPARE(::posix_fadvise(disk.fd(), 0, 0, POSIX_FADV_DONTNEED), 0);
        QCOMPARE(disk.letters(0, 4), std::string("Aghi"));
    }

    void aWholeWriteWakesItsReaders() {
        const MountPlace place("A?");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk(), Access::direct);
        alignas(4096) static std::array<std::byte, kChunkSize> into;
        auto read =
            std::async(std::launch::async, [&] { return ::pread(disk.fd(), &into, 4096, 4096); });
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands.size(), 1U);
        QCOMPARE(MountedFile(mount.disk()).writeLetter(1, 'g'), 4096);
        QCOMPARE(read.get(), 4096);
        QCOMPARE(lettersOf(into), std::string("g"));
    }

    void aPartialWriteWaitsForTheRest() {
        const MountPlace place("AB?C");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const Bytes bytes(kChunkSize, std::byte('w'));
        auto write =
            std::async(std::launch::async, [&] { return disk.write(bytes, 2 * kChunkSize + 100); });
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands, (std::vector<ChunkRef>{{ImageKind::disk, 2}}));
        QCOMPARE(write.wait_for(20ms), std::future_status::timeout);
        VERIFY_OK(mount.place(ImageKind::disk, 2, letterChunk('x')));
        QCOMPARE(write.get(), 4096);
        Bytes model = letterImage("ABxC");
        std::fill_n(model.begin() + 2 * kChunkSize + 100, kChunkSize, std::byte('w'));
        Bytes content(model.size());
        QCOMPARE(::pread(disk.fd(), content.data(), content.size(), 0),
                 static_cast<ssize_t>(content.size()));
        QVERIFY(content == model);
    }

    void patchesChunksOfEveryKind() {
        const MountPlace place("A?B?0");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        VERIFY_OK(mount.place(ImageKind::disk, 1, letterImage("x")));
        auto write = std::async(std::launch::async, [&] {
            return disk.write(Bytes(kChunkSize, std::byte('w')), 3 * kChunkSize + 10);
        });
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands, (std::vector<ChunkRef>{{ImageKind::disk, 3}}));
        VERIFY_OK(mount.place(ImageKind::disk, 3, letterImage("y")));
        QCOMPARE(write.get(), 4096);
        const Bytes w(10, std::byte('w'));
        for (const std::uint64_t offset : {0U, 4090U, 8187U}) QCOMPARE(disk.write(w, offset), 10);
        Bytes model = letterImage("AxBy0");
        for (const std::size_t offset : {0U, 4090U, 8187U}) {
            std::fill_n(model.begin() + static_cast<std::ptrdiff_t>(offset), 10, std::byte('w'));
        }
        std::fill_n(model.begin() + 3 * kChunkSize + 10, kChunkSize, std::byte('w'));
        QCOMPARE(::posix_fadvise(disk.fd(), 0, 0, POSIX_FADV_DONTNEED), 0);
        Bytes content(model.size());
        QCOMPARE(::pread(disk.fd(), content.data(), content.size(), 0),
                 static_cast<ssize_t>(content.size()));
        QVERIFY(content == model);
        VALUE(changes, mount.changes(ImageKind::disk));
        QCOMPARE(membersOf(changes.modified), std::string("0 1 2 3 4"));
    }

    void tellsChangesAndZeros() {
        const MountPlace place("ABCDEF?", "MN?");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        VERIFY_OK(mount.place(ImageKind::disk, 6, letterChunk('x')));
        VERIFY_OK(mount.placeZero(ImageKind::memory, 2, 1));
        QCOMPARE(disk.writeLetter(1, 'g'), 4096);
        QCOMPARE(disk.writeLetter(2, '0'), 4096);
        QCOMPARE(disk.allocate(kPunch, 3 * kChunkSize, 2 * kChunkSize), 0);
        QCOMPARE(disk.writeLetter(4, 'h'), 4096);
        VALUE(changes, mount.changes(ImageKind::disk));
        QCOMPARE(membersOf(changes.modified), std::string("1 4"));
        QCOMPARE(membersOf(changes.zeroed), std::string("2 3"));
        QCOMPARE(membersOf(changes.placed), std::string("6"));
        QCOMPARE(membersOf(changes.all()), std::string("1 2 3 4 6"));
        QCOMPARE(disk.letters(0, 7), std::string("Ag00hFx"));
        VALUE(memory, mount.changes(ImageKind::memory));
        QCOMPARE(membersOf(memory.modified) + membersOf(memory.zeroed), std::string());
    }

    // A placement of more than the kernel's bits in one message, and changes likewise.
    void tellsChangesOfALargeImage() {
        constexpr std::uint64_t kChunks = 3'000'000;
        const MountPlace place("A", "M");
        MountPlan plan = const_cast<MountPlace&>(place).plan();
        VALUE(base, File::open(plan.disk.base, File::Mode::readWrite));
        VERIFY_OK(base.resize(kChunks * kChunkSize));
        plan.disk.pending = ChunkSet(kChunks);
        plan.disk.pending.insert(kChunks - 1);
        VALUE(mount, Mount::start(plan, {}));
        const MountedFile disk(mount.disk());
        QCOMPARE(disk.writeLetter(5, 'g'), 4096);
        QCOMPARE(disk.writeLetter(2'999'000, 'h'), 4096);
        VERIFY_OK(mount.place(ImageKind::disk, kChunks - 1, letterChunk('z')));
        QCOMPARE(disk.letters(kChunks - 1, 1), std::string("z"));
        QCOMPARE(disk.allocate(kPunch, 100 * kChunkSize, 2'000'000ULL * kChunkSize), 0);
        VALUE(changes, mount.changes(ImageKind::disk));
        QCOMPARE(membersOf(changes.modified), std::string("5 2999000"));
        QCOMPARE(changes.zeroed.count(), 2'000'000U);
        QCOMPARE(changes.zeroed.next(0), 100U);
    }

    void trimsToTheByte() {
        const MountPlace place("ABC?");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        QCOMPARE(disk.allocate(kPunch, 100, 2 * kChunkSize), 0);
        QCOMPARE(disk.allocate(FALLOC_FL_ZERO_RANGE, 2 * kChunkSize + 4000, 96), 0);
        QCOMPARE(disk.allocate(kPunch, 3 * kChunkSize, 50 * kChunkSize), 0);
        QCOMPARE(disk.allocate(kPunch, 30 * kChunkSize, kChunkSize), 0);
        Bytes model = letterImage("ABC0");
        std::fill_n(model.begin() + 100, 2 * kChunkSize, std::byte{0});
        std::fill_n(model.begin() + 2 * kChunkSize + 4000, 96, std::byte{0});
        Bytes content(model.size());
        QCOMPARE(::pread(disk.fd(), content.data(), content.size(), 0),
                 static_cast<ssize_t>(content.size()));
        QVERIFY(content == model);
        VERIFY_OK(mount.allPlaced({}));
    }

    void refusesToAllocate() {
        const MountPlace place("AB", "MN");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const MountedFile memory(mount.memory());
        QCOMPARE(memory.allocate(kPunch, 0, kChunkSize), -EOPNOTSUPP);
        QCOMPARE(memory.allocate(FALLOC_FL_ZERO_RANGE, 0, kChunkSize), -EOPNOTSUPP);
        QCOMPARE(disk.allocate(0, 0, kChunkSize), -EOPNOTSUPP);
        QCOMPARE(memory.letters(0, 2), std::string("MN"));
        QCOMPARE(disk.allocate(kPunch, 0, kChunkSize), 0);  // and it is not refused for ever
    }

    void leavesTheBaseAlone() {
        const MountPlace place("ABCD?", "MN?");
        const auto hashes = [&] {
            return std::pair(sha256(readWholeFile(place / "disk.base", 1 << 20).value()),
                             sha256(readWholeFile(place / "memory.base", 1 << 20).value()));
        };
        const auto before = hashes();
        {
            VALUE(mount, place.start());
            const MountedFile disk(mount.disk());
            const MountedFile memory(mount.memory());
            QCOMPARE(disk.write(letterImage("vwxyz"), 0), static_cast<int>(5 * kChunkSize));
            QCOMPARE(disk.allocate(kPunch, 0, 2 * kChunkSize), 0);
            QCOMPARE(memory.write(Bytes(100, std::byte('q')), 50), 100);
            VERIFY_OK(mount.place(ImageKind::memory, 2, letterChunk('r')));
            VERIFY_OK(mount.changes(ImageKind::disk));
        }
        QVERIFY(hashes() == before);
    }

    void mapsPrivately() {
        const MountPlace place("A", "MN?");
        VALUE(mount, place.start());
        const MountedFile file(mount.memory());
        void* address =
            ::mmap(nullptr, 3 * kChunkSize, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.fd(), 0);
        QVERIFY(address != MAP_FAILED);
        auto* bytes = static_cast<char*>(address);
        QCOMPARE(bytes[kChunkSize], 'N');
        bytes[0] = 'x';
        auto late = std::async(std::launch::async, [&] { return bytes[2 * kChunkSize + 7]; });
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands, (std::vector<ChunkRef>{{ImageKind::memory, 2}}));
        VERIFY_OK(mount.place(ImageKind::memory, 2, letterChunk('z')));
        QCOMPARE(late.get(), 'z');
        VALUE(changes, mount.changes(ImageKind::memory));
        QCOMPARE(changes.modified.count(), 0U);
        QCOMPARE(file.letters(0, 1), std::string("M"));
        ::munmap(address, 3 * kChunkSize);
    }

    void mapsShared() {
        const MountPlace place("A", "MN?");
        VALUE(mount, place.start());
        const MountedFile file(mount.memory());
        void* address =
            ::mmap(nullptr, 3 * kChunkSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd(), 0);
        QVERIFY(address != MAP_FAILED);
        auto* bytes = static_cast<char*>(address);
        std::memset(bytes, 'x', 10);
        VALUE(changes, mount.changes(ImageKind::memory));  // writes back what is mapped
        QCOMPARE(membersOf(changes.modified), std::string("0"));
        auto late = std::async(std::launch::async, [&] { return bytes[2 * kChunkSize] += 1; });
        VALUE(demands, mount.demands(10s, {}));
        QCOMPARE(demands.size(), 1U);
        VERIFY_OK(mount.place(ImageKind::memory, 2, letterChunk('y')));
        QCOMPARE(late.get(), 'z');
        VALUE(more, mount.changes(ImageKind::memory));
        QCOMPARE(membersOf(more.modified), std::string("0 2"));
        ::munmap(address, 3 * kChunkSize);
        QCOMPARE(file.letters(1, 1), std::string("N"));
    }

    // What one descriptor writes another one and a mapping see at once, from the page cache too:
    // QEMU writes past it, while a capture looks at the disk through a mapping.
    void isCoherent_data() {
        QTest::addColumn<Access>("access");
        QTest::newRow("cached") << Access::cached;
        QTest::newRow("direct") << Access::direct;
    }
    void isCoherent() {
        QFETCH(Access, access);
        const MountPlace place("ABCD?", "M");
        VALUE(mount, place.start());
        const MountedFile one(mount.disk(), access);
        const MountedFile two(mount.disk());
        auto* mapped = static_cast<const volatile char*>(
            ::mmap(nullptr, 5 * kChunkSize, PROT_READ, MAP_SHARED, two.fd(), 0));
        QCOMPARE(two.letters(0, 4), std::string("ABCD"));
        QCOMPARE(mapped[0], 'A');
        for (char letter = 'a'; letter < 'k'; ++letter) {
            QCOMPARE(one.writeLetter(0, letter), 4096);
            QCOMPARE(two.letters(0, 1), std::string(1, letter));
            QCOMPARE(mapped[5], letter);
            QCOMPARE(one.write(Bytes(1, std::byte(letter)), kChunkSize + 9), 1);
            QCOMPARE(mapped[kChunkSize + 9], letter);
        }
        QCOMPARE(one.allocate(kPunch, 2 * kChunkSize, kChunkSize), 0);
        QCOMPARE(mapped[2 * kChunkSize], '\0');
        // A placement beside what has been read changes none of it.
        VERIFY_OK(mount.place(ImageKind::disk, 0, letterImage("vwxyz")));
        VERIFY_OK(mount.allPlaced({}));
        QCOMPARE(two.letters(3, 2), std::string("Dz"));
        QCOMPARE(one.letters(3, 2), std::string("Dz"));
        QCOMPARE(mapped[0], 'j');
        VALUE(changes, mount.changes(ImageKind::disk));
        QCOMPARE(membersOf(changes.modified), std::string("0 1"));
        QCOMPARE(membersOf(changes.zeroed), std::string("2"));
    }

    void recordsTouches() {
        MountPlace place("ABCD?", "MNO?");
        place.plan().recordTouches = true;
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        const MountedFile memory(mount.memory());
        VERIFY_OK(mount.place(ImageKind::memory, 3, letterChunk('x')));
        VERIFY_OK(mount.statistics());  // after the placement, as it takes one after the other
        QCOMPARE(disk.letters(2, 1), std::string("C"));
        QCOMPARE(memory.letters(3, 1), std::string("x"));
        QCOMPARE(memory.letters(0, 2), std::string("MN"));
        QCOMPARE(disk.letters(2, 1), std::string("C"));
        auto late = readLater(disk, 4, 1);
        VERIFY_OK(mount.demands(10s, {}));
        VALUE(touches, mount.touches());
        QCOMPARE(touches, (std::vector<ChunkRef>{{ImageKind::disk, 2},
                                                 {ImageKind::memory, 3},
                                                 {ImageKind::memory, 0},
                                                 {ImageKind::memory, 1},
                                                 {ImageKind::disk, 4}}));
        VERIFY_OK(mount.place(ImageKind::disk, 4, letterChunk('y')));
        QCOMPARE(late.get(), std::string("y"));
        VALUE(statistics, mount.statistics());
        QCOMPARE(statistics.memory.placedInTime, 1U);
        QCOMPARE(statistics.disk.placedInTime, 0U);
        QCOMPARE(statistics.disk.bytesFromBase, static_cast<std::uint64_t>(kChunkSize));
        QCOMPARE(statistics.disk.bytesFromUpper, static_cast<std::uint64_t>(kChunkSize));
    }

    // More than one message can hold.
    void recordsManyTouches() {
        MountPlace place("A", std::string(9000, 'M'));
        place.plan().recordTouches = true;
        VALUE(mount, place.start());
        const MountedFile memory(mount.memory());
        QCOMPARE(memory.letters(0, 9000), std::string(9000, 'M'));
        VALUE(touches, mount.touches());
        QCOMPARE(touches.size(), 9000U);
    }

    void failEndsWaiting() {
        const MountPlace place("A??");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        auto read = readLater(disk, 1, 1);
        VERIFY_OK(mount.demands(10s, {}));
        auto demands = std::async(std::launch::async, [&] { return mount.demands(60s, {}); });
        mount.fail();
        mount.fail();
        QCOMPARE(read.get(), std::string("error 5"));
        VERIFY_ERROR(demands.get(), ErrorCode::cancelled);
        QCOMPARE(disk.letters(2, 1), std::string("error 5"));  // at once
        QCOMPARE(disk.letters(0, 1), std::string("A"));
        VERIFY_ERROR(mount.place(ImageKind::disk, 1, letterChunk('x')), ErrorCode::cancelled);
        VERIFY_ERROR(mount.allPlaced({}), ErrorCode::cancelled);
    }

    void waitsEndWithTheToken() {
        const MountPlace place("A?");
        VALUE(mount, place.start());
        std::stop_source source;
        auto demands =
            std::async(std::launch::async, [&] { return mount.demands(60s, source.get_token()); });
        source.request_stop();
        VERIFY_ERROR(demands.get(), ErrorCode::cancelled);
        VERIFY_ERROR(Mount::start(MountPlace("A").plan(), source.get_token()),
                     ErrorCode::cancelled);
    }

    // Background, demand and questions from several threads at once.
    void takesManyThreads() {
        constexpr std::size_t kChunks = 4000;
        const MountPlace place(std::string(kChunks, '?'), "M");
        VALUE(mount, place.start());
        const MountedFile disk(mount.disk());
        std::vector<std::jthread> threads;
        std::atomic<int> problems{0};
        for (std::size_t t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (std::uint64_t i = t; i < kChunks; i += 4) {
                    const char letter = static_cast<char>('a' + i % 26);
                    if (!mount.place(ImageKind::disk, i, letterChunk(letter))) ++problems;
                }
            });
            threads.emplace_back([&, t] {
                for (std::uint64_t i = kChunks - 1 - t; i < kChunks; i -= 4) {
                    if (disk.letters(i, 1) != std::string(1, static_cast<char>('a' + i % 26))) {
                        ++problems;
                    }
                    if (i % 100 == 0 && !mount.statistics()) ++problems;
                }
            });
        }
        threads.clear();
        QCOMPARE(problems.load(), 0);
        VERIFY_OK(mount.allPlaced({}));
    }
};

QTEST_GUILESS_MAIN(TestMount)
#include "tst_mount.moc"
