#include "engine/base/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTest>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Bytes wholeFile(const File& file) {
    Bytes bytes(file.size().value());
    file.readAt(bytes, 0).value();
    return bytes;
}

}  // namespace

class TstFile : public QObject {
    Q_OBJECT

private slots:
    void createsPrivateFilesOnce() {
        const Scratch scratch;
        VALUE(file, File::open(scratch / "f", File::Mode::createNew));
        struct stat info {};
        QCOMPARE(::fstat(file.fd(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0600u);
        VERIFY_ERROR(File::open(scratch / "f", File::Mode::createNew), ErrorCode::exists);
        VERIFY_ERROR(File::open(scratch / "none", File::Mode::read), ErrorCode::notFound);
        VERIFY_ERROR(File::open(scratch / "none" / "f", File::Mode::createNew),
                     ErrorCode::notFound);
    }

    void readsAndWritesAtOffsets() {
        const Scratch scratch;
        VALUE(file, File::open(scratch / "f", File::Mode::createNew));
        VERIFY_OK(file.writeAt(asBytes("world"), 6));
        VERIFY_OK(file.writeAt(asBytes("hello "), 0));
        VALUE(size, file.size());
        QCOMPARE(size, 11u);
        QCOMPARE(asText(wholeFile(file)), "hello world");
    }

    void aTruncatedFileIsCorruptAndNamed() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "short", asBytes("12345")));
        VALUE(file, File::open(scratch / "short", File::Mode::read));
        Bytes bytes(6);
        const Result<void> read = file.readAt(bytes, 0);
        VERIFY_ERROR(read, ErrorCode::corrupt);
        QVERIFY(read.error().message.find("short") != std::string::npos);
        QVERIFY(read.error().message.find("byte 5") != std::string::npos);
        VERIFY_ERROR(file.readAt(bytes, 1000), ErrorCode::corrupt);
        VERIFY_OK(file.readAt(std::span(bytes).first(0), 1000));
    }

    void refusesWhatIsNoRegularFile() {
        const Scratch scratch;
        QCOMPARE(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
        for (const auto mode : {File::Mode::read, File::Mode::readWrite}) {
            VERIFY_ERROR(File::open(scratch / "fifo", mode), ErrorCode::invalid);
            VERIFY_ERROR(File::open("/dev/null", mode), ErrorCode::invalid);
        }
        VERIFY_ERROR(File::open(scratch.path(), File::Mode::read), ErrorCode::invalid);
        QVERIFY(!File::open(scratch.path(), File::Mode::readWrite));
    }

    void createNewFollowsNoLink() {
        const Scratch scratch;
        fs::create_symlink(scratch / "target", scratch / "link");
        VERIFY_ERROR(File::open(scratch / "link", File::Mode::createNew), ErrorCode::exists);
        QVERIFY(!fs::exists(scratch / "target"));
    }

    void temporaryFilesHaveNoName() {
        const Scratch scratch;
        VALUE(file, File::temporary(scratch.path()));
        VERIFY_OK(file.writeAt(asBytes("x"), 0));
        QVERIFY(scratch.isEmpty());
        VERIFY_ERROR(File::temporary(scratch / "none"), ErrorCode::notFound);
    }

    void findsHoles() {
        const Scratch scratch;
        const File file = imageFile(scratch / "f", "..A.BB..");
        VALUE(first, file.nextData(0));
        QVERIFY(first.has_value());
        QCOMPARE(first->offset, 2u * kChunkSize);
        QCOMPARE(first->length, 1u * kChunkSize);
        VALUE(second, file.nextData(first->end()));
        QVERIFY(second.has_value());
        QCOMPARE(second->offset, 4u * kChunkSize);
        QCOMPARE(second->end(), 6u * kChunkSize);
        VALUE(none, file.nextData(second->end()));
        QVERIFY(!none.has_value());
        VALUE(past, file.nextData(1 << 30));
        QVERIFY(!past.has_value());
        VALUE(inside, file.nextData(4 * kChunkSize + 100));
        QCOMPARE(inside->offset, 4u * kChunkSize + 100);
        VALUE(allocated, file.allocatedBytes());
        QVERIFY(allocated <= 4 * kChunkSize);
    }

    void punchesHoles() {
        const Scratch scratch;
        File file = imageFile(scratch / "f", "ABCD");
        VERIFY_OK(file.punchHole({kChunkSize, 2 * kChunkSize}));
        QVERIFY(wholeFile(file) == letterImage("A00D"));
        VALUE(data, file.nextData(kChunkSize));
        QCOMPARE(data->offset, 3u * kChunkSize);
        VERIFY_OK(file.punchHole({0, 0}));
        VERIFY_OK(file.punchHole({100, 50}));  // within a block: zeros, no hole
        QVERIFY(isAllZero(ByteView(wholeFile(file)).subspan(100, 50)));
        QCOMPARE(wholeFile(file)[99], std::byte('A'));
        QCOMPARE(wholeFile(file)[150], std::byte('A'));
    }

    void atomicFileAppearsWhole() {
        const Scratch scratch;
        {
            VALUE(out, AtomicFile::create(scratch / "f"));
            VERIFY_OK(out.file().writeAt(asBytes("new"), 0));
            QVERIFY(!fs::exists(scratch / "f"));
            VERIFY_OK(out.commit());
            QCOMPARE(content(scratch / "f"), "new");
        }
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("newer")));
        QCOMPARE(content(scratch / "f"), "newer");
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
    }

    void atomicFileLeavesNothing() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("old")));
        {
            VALUE(out, AtomicFile::create(scratch / "f"));
            VERIFY_OK(out.file().writeAt(asBytes("never seen"), 0));
            const AtomicFile moved = std::move(out);
        }
        QCOMPARE(content(scratch / "f"), "old");
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
    }

    void atomicFileRefusesBadTargets() {
        const Scratch scratch;
        VERIFY_ERROR(AtomicFile::create(scratch.path()), ErrorCode::invalid);
        VERIFY_ERROR(AtomicFile::create(scratch / "none" / "f"), ErrorCode::notFound);
        QCOMPARE(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
        VERIFY_ERROR(AtomicFile::create(scratch / "fifo"), ErrorCode::invalid);
        // As root, renaming over /dev/null would take it from the whole system.
        VERIFY_ERROR(AtomicFile::create("/dev/null"), ErrorCode::invalid);
        VERIFY_ERROR(AtomicFile::create(scratch / std::string(300, 'x')), ErrorCode::failed);
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
    }

    void atomicFileTakesTheLongestName() {
        const Scratch scratch;
        const fs::path longest = scratch / (std::string(251, 'n') + ".cld");
        VERIFY_OK(writeWholeFile(longest, asBytes("x")));
        QCOMPARE(content(longest), "x");
    }

    void relativePaths() {
        const Scratch scratch;
        const fs::path before = fs::current_path();
        fs::current_path(scratch.path());
        const Result<void> written = writeWholeFile("bare", asBytes("x"));
        const Result<void> made = makeDirectories("a/b");
        const Result<void> moved = renameDurably("bare", "a/b/bare");
        const Result<void> back = renameDurably("a/b/bare", "bare");
        fs::current_path(before);
        VERIFY_OK(written);
        VERIFY_OK(made);
        VERIFY_OK(moved);
        VERIFY_OK(back);
        QCOMPARE(content(scratch / "bare"), "x");
    }

    void temporaryDirectoryIsPrivateAndRemoved() {
        const Scratch scratch;
        fs::path path;
        {
            VALUE(directory, TemporaryDirectory::create(scratch / "new" / "parent", "job"));
            path = directory.path();
            struct stat info {};
            QCOMPARE(::stat(path.c_str(), &info), 0);
            QCOMPARE(info.st_mode & 0777, 0700u);
            QVERIFY(path.filename().string().starts_with("job-"));
            fs::create_directories(path / "deep" / "er");
            VERIFY_OK(writeWholeFile(path / "deep" / "er" / "f", asBytes("x")));
            TemporaryDirectory moved = std::move(directory);
            QVERIFY(fs::exists(path));
        }
        QVERIFY(!fs::exists(path));
        {
            VALUE(directory, TemporaryDirectory::create(scratch.path(), "kept"));
            path = directory.release();
        }
        QVERIFY(fs::exists(path));
    }

    void temporaryDirectoryRemovesNothingBehindALink() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "precious", asBytes("x")));
        {
            VALUE(directory, TemporaryDirectory::create(scratch.path(), "job"));
            fs::create_directory_symlink(scratch.path(), directory.path() / "link");
        }
        QVERIFY(fs::exists(scratch / "precious"));
    }

    void readWholeFileIsBounded() {
        const Scratch scratch;
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("12345")));
        VALUE(all, readWholeFile(scratch / "f", 5));
        QCOMPARE(asText(all), "12345");
        VERIFY_ERROR(readWholeFile(scratch / "f", 4), ErrorCode::corrupt);
        // 1 TiB of holes costs neither time nor memory.
        VALUE(huge, File::open(scratch / "huge", File::Mode::createNew));
        VERIFY_OK(huge.resize(std::uint64_t{1} << 40));
        VERIFY_ERROR(readWholeFile(scratch / "huge", 1 << 20), ErrorCode::corrupt);
    }

    void makesDirectories() {
        const Scratch scratch;
        VERIFY_OK(makeDirectories(scratch / "a/b/c/"));
        QVERIFY(fs::is_directory(scratch / "a/b/c"));
        VERIFY_OK(makeDirectories(scratch / "a/b/c"));
        VERIFY_OK(makeDirectories(""));
        VERIFY_OK(writeWholeFile(scratch / "f", asBytes("x")));
        QVERIFY(!makeDirectories(scratch / "f"));
        QVERIFY(!makeDirectories(scratch / "f" / "g"));
        QVERIFY(!makeDirectories(scratch / std::string(300, 'x')));
    }

    void errorsHaveCodesAndNames() {
        const Error space = systemError(ENOSPC, "write", "/some/file");
        QCOMPARE(space.code, ErrorCode::noSpace);
        QCOMPARE(space.message, "cannot write /some/file: No space left on device");
        QCOMPARE(systemError(EACCES, "x", "y").code, ErrorCode::permission);
        QCOMPARE(systemError(EBUSY, "x", "y").code, ErrorCode::inUse);
        QCOMPARE(systemError(EIO, "x", "y").code, ErrorCode::failed);
    }

    void noPermissionIsAnErrorNotACrash() {
        if (::geteuid() == 0) return;  // root may everything; the run as an ordinary user looks
        const Scratch scratch;
        VERIFY_OK(makeDirectories(scratch / "closed"));
        fs::permissions(scratch / "closed", fs::perms::none);
        VERIFY_ERROR(AtomicFile::create(scratch / "closed" / "f"), ErrorCode::permission);
        VERIFY_ERROR(makeDirectories(scratch / "closed" / "d"), ErrorCode::permission);
        VERIFY_ERROR(File::open(scratch / "closed" / "f", File::Mode::read), ErrorCode::permission);
        fs::permissions(scratch / "closed", fs::perms::owner_all);
    }

    void freeSpaceOfAFolder() {
        const Scratch scratch;
        VALUE(space, freeSpace(scratch.path()));
        QVERIFY(space > 0);
        VERIFY_ERROR(freeSpace(scratch / "none"), ErrorCode::notFound);
    }

    void copyKeepsContentAndHoles() {
        const Scratch scratch;
        const File from = imageFile(scratch / "from", "..AB....................C.D......");
        VALUE(to, File::open(scratch / "to", File::Mode::createNew));
        Progress progress;
        VERIFY_OK(copySparse(from, to, progress, {}));
        QVERIFY(wholeFile(to) == wholeFile(from));
        VALUE(allocated, to.allocatedBytes());
        QVERIFY(allocated <= 5 * kChunkSize);
        QVERIFY(progress.snapshot().done >= 4 * kChunkSize);
    }

    void copyOfNothingAndOfHolesOnly() {
        const Scratch scratch;
        Progress progress;
        for (const char* letters : {"", "....."}) {
            const File from = imageFile(scratch / (std::string("from") + letters), letters);
            VALUE(to, File::open(scratch / (std::string("to") + letters), File::Mode::createNew));
            VERIFY_OK(copySparse(from, to, progress, {}));
            QVERIFY(wholeFile(to) == wholeFile(from));
        }
    }

    // Between file systems neither clones nor copies in the kernel may work.
    void copyToAnotherFileSystem() {
        const fs::path other = "/dev/shm";
        if (!fs::is_directory(other)) return;
        const Scratch scratch;
        const File from = imageFile(scratch / "from", ".AB..C");
        VALUE(to, File::temporary(other));
        Progress progress;
        VERIFY_OK(copySparse(from, to, progress, {}));
        QVERIFY(wholeFile(to) == wholeFile(from));
    }

    void copyOfARange() {
        const Scratch scratch;
        const File from = imageFile(scratch / "from", "ABCD");
        for (const fs::path& folder : {scratch.path(), fs::path("/dev/shm")}) {
            VALUE(to, File::temporary(folder));
            Progress progress;
            VERIFY_OK(copyRange(from, {kChunkSize - 1, kChunkSize}, to, 7, progress, {}));
            VALUE(size, to.size());
            QCOMPARE(size, std::uint64_t{kChunkSize + 7});
            QCOMPARE(progress.snapshot().done, std::uint64_t{kChunkSize});
            Bytes expected(kChunkSize);
            Bytes copied(kChunkSize);
            VERIFY_OK(from.readAt(expected, kChunkSize - 1));
            VERIFY_OK(to.readAt(copied, 7));
            QVERIFY(copied == expected);
            VERIFY_ERROR(copyRange(from, {0, 5 * kChunkSize}, to, 0, progress, {}),
                         ErrorCode::corrupt);
        }
    }

    void copyIsCancelled() {
        const Scratch scratch;
        const File from = imageFile(scratch / "from", "ABC");
        std::stop_source stop;
        stop.request_stop();
        Progress progress;
        VALUE(to, File::temporary("/dev/shm"));  // no clone, which would be done at once
        VERIFY_ERROR(copySparse(from, to, progress, stop.get_token()), ErrorCode::cancelled);
    }

    // A file that grows while it is copied: the copy has what was there at its beginning.
    void copyOfAGrowingFile() {
        const Scratch scratch;
        File from = imageFile(scratch / "from", std::string(4096, 'A'));
        std::jthread writer([&](std::stop_token stop) {
            for (std::uint64_t at = 4096; !stop.stop_requested() && at < 100'000; ++at) {
                from.writeAt(letterChunk('B'), at * kChunkSize).value();
            }
        });
        Progress progress;
        VALUE(to, File::open(scratch / "to", File::Mode::createNew));
        std::stop_source limit;
        std::jthread watchdog([&](std::stop_token stop) {
            for (int i = 0; i < 300 && !stop.stop_requested(); ++i) QTest::qSleep(100);
            limit.request_stop();
        });
        VERIFY_OK(copySparse(from, to, progress, limit.get_token()));
    }

    void aFullDeviceIsNoSpace() {
        if (!fs::exists("/dev/full")) return;
        // RLIMIT_FSIZE stands in for a full disk: both fail a write half-way.
        const Scratch scratch;
        VALUE(file, File::open(scratch / "f", File::Mode::createNew));
        rlimit old{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
        rlimit small = old;
        small.rlim_cur = 10'000;
        std::signal(SIGXFSZ, SIG_IGN);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const Result<void> written = file.writeAt(Bytes(20'000), 0);
        const Result<void> aside = writeWholeFile(scratch / "g", Bytes(20'000));
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &old), 0);
        VERIFY_ERROR(written, ErrorCode::noSpace);
        VERIFY_ERROR(aside, ErrorCode::noSpace);
        QCOMPARE(std::distance(fs::directory_iterator(scratch.path()), {}), 1);
    }
};

QTEST_GUILESS_MAIN(TstFile)
#include "tst_file.moc"
