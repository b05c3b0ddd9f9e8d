// A base goes out of one catalog and into another, also with interruptions.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <thread>

#include "tests/catalog/child.h"
#include "tests/jobs/package_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestBasePackage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    fs::path newPath(const char* what) {
        return fs::path(m_folder.path().toStdString()) / (what + std::to_string(++m_count) + " ü");
    }

private slots:
    void comesOutAsItWentIn();
    void importGoesOnAfterEveryBlock();
    void leftoversThatLieAreThrownAway();
    void exportGoesOnAfterEveryCut();
    void existingFilesAreKept();
    void aDamagedBaseIsNotExported();
    void theBaseIsLeasedMeanwhile();
    void cancelIsFastAndCanBeContinued();
    void killedAndRepeated();
    void aFullDiskIsAnErrorWithItsNumber();
};

void TestBasePackage::comesOutAsItWentIn() {
    auto from = Catalog::open(newPath("from"));
    auto to = Catalog::open(newPath("to"));
    EXPECT_OK(to);
    const auto base = addRichBase(*from, "alpha");
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    QVERIFY(progress.snapshot().inBytes);
    QCOMPARE(progress.snapshot().done, progress.snapshot().total);
    QVERIFY(fs::file_size(file) < 8192);
    QVERIFY(!fs::exists(file.native() + ".part"));
    const auto imported = importBase(*to, file, progress, {});
    EXPECT_OK(imported);
    QVERIFY(!imported->wasThere);
    QVERIFY(imported->record.id == base->id);
    QVERIFY(imported->record.vm == base->vm);
    for (const char* name :
         {"base.json", "disk.raw", "memory.raw", "state.bin", "chunks.idx", "preview.png"}) {
        const fs::path there = imported->record.files.folder / name;
        QVERIFY2(contentOf(base->files.folder / name) == contentOf(there), name);
    }
    // Seven chunks hold data; all else is a hole.
    const auto disk = File::open(imported->record.files.disk(), File::Mode::read);
    const auto memory = File::open(imported->record.files.memory(), File::Mode::read);
    QVERIFY(*disk->allocatedBytes() <= 5 * kChunkSize);
    QVERIFY(*memory->allocatedBytes() <= 3 * kChunkSize);
    EXPECT_OK(to->verifyBase(base->id, progress, {}));
    const auto again = importBase(*to, file, progress, {});
    EXPECT_OK(again);
    QVERIFY(again->wasThere);
    // The same base gives the same package.
    const fs::path second = newPath("package");
    EXPECT_OK(exportBase(*to, base->id, second, {}, progress, {}));
    QVERIFY(contentOf(file) == contentOf(second));
}

void TestBasePackage::importGoesOnAfterEveryBlock() {
    auto from = Catalog::open(newPath("from"));
    EXPECT_OK(from);
    const auto base = addRichBase(*from, "alpha");
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    const auto package = BasePackage::open(file);
    EXPECT_OK(package);
    const std::size_t blocks = package->records().size();
    QCOMPARE(blocks, std::size_t{6});
    for (std::size_t done = 0; done <= blocks; ++done) {
        auto to = Catalog::open(newPath("to"));
        EXPECT_OK(to);
        {
            // What an import that was killed after `done` blocks leaves, half of the next one
            // included.
            auto staged = to->stageBase(base->id.hex());
            EXPECT_OK(staged);
            staged->keep();
            const fs::path paths[] = {staged->files().disk(), staged->files().memory(),
                                      staged->files().state(), staged->files().preview()};
            for (std::size_t i = 0; i < std::min(done + 1, blocks); ++i) {
                const package::Record& record = package->records()[i];
                const fs::path& path = paths[static_cast<std::size_t>(record.part)];
                const auto mode = fs::exists(path) ? File::Mode::readWrite : File::Mode::createNew;
                auto part = File::open(path, mode);
                EXPECT_OK(part);
                const auto plain = package->readBlock(i);
                const std::size_t length = i < done ? plain->size() : plain->size() / 2;
                EXPECT_OK(part->writeAt(ByteView(*plain).first(length), record.offset));
            }
        }
        // Blocks that are there are not read again: in this copy they could not be.
        const fs::path copy = newPath("copy");
        fs::copy_file(file, copy);
        std::uint64_t at = 64 + base->vm.serialize().size();
        for (std::size_t i = 0; i < done; ++i) {
            EXPECT_OK(flipByte(copy, at + package::kBlockHeaderSize));
            at += package::kBlockHeaderSize + package->records()[i].storedLength;
        }
        const auto imported = importBase(*to, copy, progress, {});
        EXPECT_OK(imported);
        QVERIFY(contentOf(imported->record.files.disk()) == contentOf(base->files.disk()));
        QCOMPARE(entryCount(to->layout().incoming()), std::size_t{0});
    }
}

void TestBasePackage::leftoversThatLieAreThrownAway() {
    auto from = Catalog::open(newPath("from"));
    auto to = Catalog::open(newPath("to"));
    EXPECT_OK(to);
    const auto base = addRichBase(*from, "alpha");
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    {
        auto staged = to->stageBase(base->id.hex());
        EXPECT_OK(staged);
        staged->keep();
        // Data where the base has a hole, a file too long, and a folder in the way of nothing.
        EXPECT_OK(draw(staged->files().disk(), "0000000X", 20 << 20));
        EXPECT_OK(draw(staged->files().memory(), "000000000X"));
        EXPECT_OK(makeDirectories(staged->files().folder / "strange"));
    }
    EXPECT_OK(importBase(*to, file, progress, {}));
    EXPECT_OK(to->verifyBase(base->id, progress, {}));
    QCOMPARE(entryCount(to->layout().incoming()), std::size_t{0});
}

void TestBasePackage::exportGoesOnAfterEveryCut() {
    auto from = Catalog::open(newPath("from"));
    EXPECT_OK(from);
    const auto base = addRichBase(*from, "alpha");
    const auto other = addRichBase(*from, "beta");
    EXPECT_OK(other);
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    const std::string whole = contentOf(file);
    const fs::path part = file.native() + ".part";
    for (std::size_t cut = 0; cut <= whole.size(); cut += 149) {
        fs::remove(file);
        EXPECT_OK(writeWholeFile(part, asBytes(whole.substr(0, cut))));
        if (cut % 2 == 1) EXPECT_OK(flipByte(part, cut / 2));
        EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
        QVERIFY(contentOf(file) == whole);
        QVERIFY(!fs::exists(part));
    }
    // The part of another base is no beginning of this one.
    fs::rename(file, part);
    EXPECT_OK(exportBase(*from, other->id, file, {}, progress, {}));
    QVERIFY(BasePackage::open(file)->header().id == other->id);
}

void TestBasePackage::existingFilesAreKept() {
    auto from = Catalog::open(newPath("from"));
    EXPECT_OK(from);
    const auto base = addRichBase(*from, "alpha");
    const fs::path file = newPath("package");
    EXPECT_OK(writeWholeFile(file, asBytes("precious")));
    Progress progress;
    EXPECT_ERROR(ErrorCode::exists, exportBase(*from, base->id, file, {}, progress, {}));
    QCOMPARE(contentOf(file), std::string("precious"));
    EXPECT_OK(exportBase(*from, base->id, file, {3, true}, progress, {}));
    EXPECT_OK(BasePackage::open(file));
    EXPECT_ERROR(ErrorCode::invalid,
                 exportBase(*from, base->id, m_folder.path().toStdString(), {}, progress, {}));
    EXPECT_ERROR(ErrorCode::notFound,
                 exportBase(*from, base->id, "/none/such/file", {}, progress, {}));
    EXPECT_ERROR(ErrorCode::notFound, exportBase(*from, {}, newPath("p"), {}, progress, {}));
}

void TestBasePackage::aDamagedBaseIsNotExported() {
    auto from = Catalog::open(newPath("from"));
    EXPECT_OK(from);
    const auto base = addRichBase(*from, "alpha");
    EXPECT_OK(flipByte(base->files.disk(), 9));
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_ERROR(ErrorCode::corrupt, exportBase(*from, base->id, file, {}, progress, {}));
    QVERIFY(!fs::exists(file) && !fs::exists(file.native() + ".part"));
}

void TestBasePackage::theBaseIsLeasedMeanwhile() {
    auto from = Catalog::open(newPath("from"));
    EXPECT_OK(from);
    const auto base = addHeavyBase(*from, 24);
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    Progress progress;
    std::atomic<bool> refused{false};
    {
        const std::jthread other([&](std::stop_token stop) {
            while (!stop.stop_requested() && progress.snapshot().stage != "packing the base") {
                std::this_thread::yield();
            }
            const auto gone = from->deleteBase(base->id);
            refused = !gone && gone.error().code == ErrorCode::inUse;
        });
        EXPECT_OK(exportBase(*from, base->id, file, {19, false}, progress, {}));  // slowly
    }
    QVERIFY(refused);
}

void TestBasePackage::cancelIsFastAndCanBeContinued() {
    auto from = Catalog::open(newPath("from"));
    auto to = Catalog::open(newPath("to"));
    EXPECT_OK(to);
    const auto base = addHeavyBase(*from, 48);
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    const auto cancelledAt = [](const char* stage, Progress& progress, std::stop_source& stop) {
        return std::jthread([stage, &progress, &stop](std::stop_token end) {
            while (!end.stop_requested()) {
                const Progress::Snapshot now = progress.snapshot();
                if (now.stage == stage && now.done > 0) break;
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            }
            stop.request_stop();
        });
    };
    QElapsedTimer timer;
    {
        Progress progress;
        std::stop_source stop;
        const std::jthread canceller = cancelledAt("packing the base", progress, stop);
        timer.start();
        EXPECT_ERROR(ErrorCode::cancelled,
                     exportBase(*from, base->id, file, {}, progress, stop.get_token()));
        QVERIFY(timer.elapsed() < 2000);
        QVERIFY(!fs::exists(file) && fs::exists(file.native() + ".part"));
    }
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    QCOMPARE(progress.takeNotices().size(), std::size_t{1});
    for (const char* stage : {"unpacking the base", "verifying the base"}) {
        Progress interrupted;
        std::stop_source stop;
        const std::jthread canceller = cancelledAt(stage, interrupted, stop);
        timer.start();
        EXPECT_ERROR(ErrorCode::cancelled, importBase(*to, file, interrupted, stop.get_token()));
        QVERIFY(timer.elapsed() < 2000);
        QCOMPARE(entryCount(to->layout().incoming()), std::size_t{1});
        EXPECT_OK(Catalog::open(to->layout().root));  // a sweep leaves it
    }
    EXPECT_OK(importBase(*to, file, progress, {}));
    QCOMPARE(entryCount(to->layout().incoming()), std::size_t{0});
}

void TestBasePackage::killedAndRepeated() {
    const fs::path source = newPath("from");
    auto from = Catalog::open(source);
    EXPECT_OK(from);
    const auto base = addHeavyBase(*from, 16);
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    const fs::path root = newPath("to");
    std::mt19937 random(5);
    for (int round = 0; round < 6; ++round) {
        Child child({"export", source.string(), base->id.hex(), file.string()});
        QCOMPARE(child.line(), std::string("go"));
        QTest::qSleep(static_cast<int>(random() % 120));
        child.kill();
        if (!fs::exists(file)) continue;
        EXPECT_OK(BasePackage::open(file));
        fs::remove(file);
    }
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    for (int round = 0; round < 8; ++round) {
        Child child({"import", root.string(), file.string()});
        QCOMPARE(child.line(), std::string("go"));
        QTest::qSleep(static_cast<int>(random() % 120));
        child.kill();
        auto to = Catalog::open(root);
        EXPECT_OK(to);
        const auto bases = to->bases();
        QCOMPARE(entryCount(to->layout().bases()), bases->size());
        for (const BaseRecord& b : *bases) {
            EXPECT_OK(to->verifyBase(b.id, progress, {}));
            EXPECT_OK(to->deleteBase(b.id));
        }
    }
    auto to = Catalog::open(root);
    EXPECT_OK(importBase(*to, file, progress, {}));
    QCOMPARE(entryCount(to->layout().incoming()), std::size_t{0});
    EXPECT_OK(to->verifyBase(base->id, progress, {}));
}

void TestBasePackage::aFullDiskIsAnErrorWithItsNumber() {
    if (::geteuid() != 0) QSKIP("only root can mount a small tmpfs");
    const fs::path source = newPath("from");
    auto from = Catalog::open(source);
    const auto base = addHeavyBase(*from, 8);
    EXPECT_OK(base);
    const fs::path file = newPath("package");
    Progress progress;
    EXPECT_OK(exportBase(*from, base->id, file, {}, progress, {}));
    const fs::path small = newPath("small");
    EXPECT_OK(makeDirectories(small));
    Child child({"fullDisk", source.string(), base->id.hex(), file.string(), small.string()});
    const std::string answer = child.line();
    if (answer.starts_with("skip")) QSKIP(answer.c_str());
    QCOMPARE(answer, std::string("ok"));
}

// ---- what a child does ----

namespace {

std::string useFullDisk(const std::vector<std::string>& arguments) {
    const fs::path small = arguments[4];
    Progress progress;
    auto to = Catalog::open(small / "catalog");
    if (!to) return to.error().message;
    const auto imported = importBase(*to, arguments[3], progress, {});
    if (imported || imported.error().code != ErrorCode::noSpace) return "import";
    if (imported.error().message.find("MiB more than there is") == std::string::npos) {
        return imported.error().message;
    }
    if (!isUntouched(*to)) return "the import left something";
    auto from = Catalog::open(arguments[1]);
    const BaseId id{*Hash::fromHex(arguments[2])};
    const auto exported = exportBase(*from, id, small / "package", {}, progress, {});
    if (exported || exported.error().code != ErrorCode::noSpace) return "export";
    if (exported.error().message.find("more are needed") == std::string::npos) {
        return exported.error().message;
    }
    if (entryCount(small) != 1) return "the export left something";
    return "ok";
}

int childMain(const std::vector<std::string>& arguments) {
    Progress progress;
    if (arguments[0] == "export") {
        auto catalog = Catalog::open(arguments[1]);
        say("go");
        const auto done =
            exportBase(*catalog, {*Hash::fromHex(arguments[2])}, arguments[3], {}, progress, {});
        return done ? 0 : 1;
    }
    if (arguments[0] == "import") {
        auto catalog = Catalog::open(arguments[1]);
        say("go");
        const auto done = importBase(*catalog, arguments[2], progress, {});
        return done ? 0 : 1;
    }
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("none", arguments[4].c_str(), "tmpfs", 0, "size=4m") == 0;
    say(mounted ? useFullDisk(arguments) : "skip: no tmpfs can be mounted here");
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestBasePackage)
#include "tst_base_package.moc"
