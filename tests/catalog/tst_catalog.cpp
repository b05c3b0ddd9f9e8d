// The catalog in one process and, where two are needed, in a second one.
#include "engine/catalog/catalog.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "tests/catalog/base_fixture.h"
#include "tests/catalog/child.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestCatalog : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    fs::path newRoot() {
        return fs::path(m_folder.path().toStdString()) / ("c" + std::to_string(++m_count));
    }

private slots:
    void aBaseComesBackAsItWas();
    void theSameBaseTwiceIsOne();
    void aTakenNameIsNumbered();
    void basesAreFoundInEveryWay();
    void filesThatDoNotFitAreRefused();
    void cancelledPublishLeavesNothing();
    void strangersAndDamagedIndexesAreMended();
    void aChangedByteIsFound_data();
    void aChangedByteIsFound();
    void aTouchedFileIsReadOnceMore();
    void pathsMayHoldAnything();
    void aReadOnlyCatalogCanBeRead();
    void aFullDiskIsAnError();
};

void TestCatalog::aBaseComesBackAsItWas() {
    const fs::path root = newRoot();
    BaseRecord added;
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        auto base = addBase(*catalog, "alpha", "AAB0C");
        EXPECT_OK(base);
        added = *base;
    }
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    QVERIFY(catalog->notes().empty());
    const auto bases = catalog->bases();
    EXPECT_OK(bases);
    QCOMPARE(bases->size(), std::size_t{1});
    const BaseRecord& base = bases->front();
    QVERIFY(base.vm == added.vm);
    QVERIFY(base.id == added.vm.id());
    QVERIFY(base.stamps == added.stamps);
    QCOMPARE(base.stamps.size(), std::size_t{4});
    QCOMPARE(contentOf(base.files.description()), added.vm.serialize());
    QVERIFY(fs::exists(base.files.index()));
    for (const auto& entry : fs::directory_iterator(base.files.folder)) {
        QVERIFY(entry.status().permissions() == fs::perms::owner_read);
    }
    QCOMPARE(entryCount(catalog->layout().incoming()), std::size_t{0});
    Progress progress;
    EXPECT_OK(catalog->checkBase(base.id, progress, {}));
    QCOMPARE(progress.snapshot().stageIndex, 0U);  // nothing had to be hashed
    EXPECT_OK(catalog->verifyBase(base.id, progress, {}));
    QCOMPARE(progress.snapshot().done, progress.snapshot().total);
    EXPECT_OK(catalog->deleteBase(base.id));
    QVERIFY(catalog->bases()->empty());
    QCOMPARE(entryCount(catalog->layout().bases()), std::size_t{0});
    QCOMPARE(entryCount(catalog->layout().trash()), std::size_t{0});
    EXPECT_ERROR(ErrorCode::notFound, catalog->deleteBase(base.id));
}

void TestCatalog::theSameBaseTwiceIsOne() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    EXPECT_OK(addBase(*catalog, "alpha", "AB"));
    auto staged = catalog->stageBase();
    EXPECT_OK(staged);
    const auto vm = drawBase(staged->files(), "alpha", "AB");
    Progress progress;
    const auto again = catalog->publishBase(*staged, *vm, progress, {});
    EXPECT_OK(again);
    QVERIFY(again->wasThere);
    QCOMPARE(catalog->bases()->size(), std::size_t{1});
}

void TestCatalog::aTakenNameIsNumbered() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    EXPECT_OK(addBase(*catalog, "alpha", "A"));
    const auto second = addBase(*catalog, "alpha", "B");
    const auto third = addBase(*catalog, "alpha", "C");
    EXPECT_OK(third);
    QCOMPARE(second->name, std::string("alpha (2)"));
    QCOMPARE(third->name, std::string("alpha (3)"));
    QCOMPARE(third->vm.name, std::string("alpha"));  // covered by the id: never changed
    QVERIFY(catalog->findBase("alpha (2)")->id == second->id);
}

void TestCatalog::basesAreFoundInEveryWay() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    const auto alpha = addBase(*catalog, "alpha", "A");
    const auto beta = addBase(*catalog, "beta", "B");
    EXPECT_OK(beta);
    for (const std::string& text :
         {std::string("alpha"), alpha->id.hex(), alpha->id.hex().substr(0, 6),
          alpha->files.disk().string(), alpha->files.folder.string(),
          QString::fromStdString(alpha->id.hex()).toUpper().toStdString()}) {
        const auto found = catalog->findBase(text);
        QVERIFY2(found && found->id == alpha->id, text.c_str());
    }
    EXPECT_ERROR(ErrorCode::notFound, catalog->findBase(alpha->id.hex().substr(0, 5)));
    EXPECT_ERROR(ErrorCode::notFound, catalog->findBase(""));
    const auto unknown = catalog->findBase("gamma");
    EXPECT_ERROR(ErrorCode::notFound, unknown);
    QVERIFY(unknown.error().message.find("cloudlet list-base") != std::string::npos);
    // A name comes before another base's id.
    const auto odd = addBase(*catalog, alpha->id.hex().substr(0, 8), "C");
    EXPECT_OK(odd);
    QVERIFY(catalog->findBase(alpha->id.hex().substr(0, 8))->id == odd->id);
}

void TestCatalog::filesThatDoNotFitAreRefused() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    Progress progress;
    for (const char* victim : {"disk.raw", "memory.raw", "state.bin"}) {
        auto staged = catalog->stageBase();
        EXPECT_OK(staged);
        const auto vm = drawBase(staged->files(), "alpha", "AB");
        EXPECT_OK(flipByte(staged->files().folder / victim, 3));
        const auto published = catalog->publishBase(*staged, *vm, progress, {});
        EXPECT_ERROR(ErrorCode::corrupt, published);
        QVERIFY(published.error().message.find(victim) != std::string::npos);
        fs::resize_file(staged->files().folder / victim, 10);
        EXPECT_ERROR(ErrorCode::corrupt, catalog->publishBase(*staged, *vm, progress, {}));
        fs::remove(staged->files().folder / victim);
        EXPECT_ERROR(ErrorCode::corrupt, catalog->publishBase(*staged, *vm, progress, {}));
    }
    auto staged = catalog->stageBase();
    auto vm = drawBase(staged->files(), "alpha", "AB");
    vm->name = "two\nlines";
    EXPECT_ERROR(ErrorCode::corrupt, catalog->publishBase(*staged, *vm, progress, {}));
    QVERIFY(catalog->bases()->empty());
    QCOMPARE(entryCount(catalog->layout().incoming()), std::size_t{1});  // `staged`, alive
}

void TestCatalog::cancelledPublishLeavesNothing() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    {
        auto staged = catalog->stageBase();
        const auto vm = drawBase(staged->files(), "alpha", "AB");
        std::stop_source stop;
        stop.request_stop();
        Progress progress;
        EXPECT_ERROR(ErrorCode::cancelled,
                     catalog->publishBase(*staged, *vm, progress, stop.get_token()));
    }
    QCOMPARE(entryCount(catalog->layout().incoming()), std::size_t{0});
    QCOMPARE(entryCount(catalog->layout().bases()), std::size_t{0});
}

void TestCatalog::strangersAndDamagedIndexesAreMended() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    auto staged = catalog->stageBase();
    const auto vm = drawBase(staged->files(), "alpha", "AB");
    EXPECT_OK(writeWholeFile(staged->files().folder / "journal", asBytes("x")));
    EXPECT_OK(writeWholeFile(staged->files().index(), asBytes("no index")));
    EXPECT_OK(writeWholeFile(staged->files().preview(), asBytes("picture")));
    Progress progress;
    const auto published = catalog->publishBase(*staged, *vm, progress, {});
    EXPECT_OK(published);
    const BaseFiles& files = published->record.files;
    QCOMPARE(entryCount(files.folder), std::size_t{6});
    const std::string index = contentOf(files.index());
    QVERIFY(index.starts_with("CLDINDX1"));
    EXPECT_OK(flipByte(files.index(), 50));
    EXPECT_OK(catalog->verifyBase(published->record.id, progress, {}));
    QVERIFY(contentOf(files.index()) == index);
}

void TestCatalog::aChangedByteIsFound_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("hideTime");
    QTest::addColumn<bool>("byVerify");
    for (const char* file : {"base.json", "disk.raw", "memory.raw", "state.bin"}) {
        QTest::addRow("%s, time put back", file) << file << true << false;
    }
    QTest::newRow("disk.raw") << "disk.raw" << false << false;
    QTest::newRow("memory.raw, verify") << "memory.raw" << true << true;
}

void TestCatalog::aChangedByteIsFound() {
    QFETCH(QString, file);
    QFETCH(bool, hideTime);
    QFETCH(bool, byVerify);
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    const auto other = addBase(*catalog, "beta", "CD");
    EXPECT_OK(other);
    const fs::path victim = base->files.folder / file.toStdString();
    struct stat before {};
    QCOMPARE(::stat(victim.c_str(), &before), 0);
    EXPECT_OK(flipByte(victim, 4));
    if (hideTime) {
        const timespec times[2] = {before.st_atim, before.st_mtim};
        QCOMPARE(::utimensat(AT_FDCWD, victim.c_str(), times, 0), 0);
    }
    Progress progress;
    const auto checked = byVerify ? catalog->verifyBase(base->id, progress, {})
                                  : catalog->checkBase(base->id, progress, {});
    EXPECT_ERROR(ErrorCode::corrupt, checked);
    QVERIFY(checked.error().message.find(file.toStdString()) != std::string::npos);
    QVERIFY(checked.error().message.find("cloudlet del-base") != std::string::npos);
    QVERIFY(catalog->baseById(base->id)->state == BaseState::broken);
    EXPECT_ERROR(ErrorCode::corrupt, catalog->leaseBase(base->id, "use"));
    EXPECT_OK(catalog->checkBase(other->id, progress, {}));  // the others are usable
    // Mended by hand, a verification makes it ready again; so does adding it anew.
    EXPECT_OK(flipByte(victim, 4));
    EXPECT_OK(catalog->verifyBase(base->id, progress, {}));
    EXPECT_OK(catalog->leaseBase(base->id, "use"));
    EXPECT_OK(flipByte(victim, 4));
    EXPECT_ERROR(ErrorCode::corrupt, catalog->verifyBase(base->id, progress, {}));
    const auto again = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(again);
    QCOMPARE(again->name, std::string("alpha"));
    EXPECT_OK(catalog->verifyBase(base->id, progress, {}));
}

void TestCatalog::aTouchedFileIsReadOnceMore() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    QCOMPARE(::utimensat(AT_FDCWD, base->files.disk().c_str(), nullptr, 0), 0);
    Progress first;
    EXPECT_OK(catalog->checkBase(base->id, first, {}));
    QCOMPARE(first.snapshot().total, base->vm.diskSize);
    Progress second;
    EXPECT_OK(catalog->checkBase(base->id, second, {}));
    QCOMPARE(second.snapshot().stageIndex, 0U);
}

void TestCatalog::pathsMayHoldAnything() {
    fs::path root = newRoot() / "with space and ünï\"'%?# 雲" / std::string(200, 'x');
    auto catalog = Catalog::open(root.native() + "/");
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "déjà \"vu\" 雲", "AB");
    EXPECT_OK(base);
    QVERIFY(catalog->findBase("déjà \"vu\" 雲")->id == base->id);
    QVERIFY(catalog->findBase(base->files.disk().native())->id == base->id);
    Progress progress;
    EXPECT_OK(catalog->verifyBase(base->id, progress, {}));
    const OverlayRecord overlay{root / "a\nb\xff.cloudlet", {}, base->id, 1, "t", 1, false};
    EXPECT_OK(catalog->recordOverlay(overlay));
    QVERIFY(catalog->overlays()->front().path == overlay.path);
    EXPECT_OK(catalog->deleteBase(base->id, Catalog::Force::yes));
}

void TestCatalog::aReadOnlyCatalogCanBeRead() {
    if (::geteuid() != 0) QSKIP("only root can mount a read-only file system");
    const fs::path root = newRoot();
    BaseId id;
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        const auto base = addBase(*catalog, "alpha", "AB");
        EXPECT_OK(base);
        id = base->id;
    }
    Child child({"readOnly", root.string(), id.hex()});
    const std::string answer = child.line();
    if (answer.starts_with("skip")) QSKIP(answer.c_str());
    QCOMPARE(answer, std::string("ok"));
}

void TestCatalog::aFullDiskIsAnError() {
    if (::geteuid() != 0) QSKIP("only root can mount a small tmpfs");
    const fs::path root = newRoot();
    EXPECT_OK(makeDirectories(root));
    Child child({"fullDisk", root.string()});
    const std::string answer = child.line();
    if (answer.starts_with("skip")) QSKIP(answer.c_str());
    QCOMPARE(answer, std::string("ok"));
}

// ---- what a child does ----

namespace {

bool ownMounts() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

std::string useReadOnly(const std::string& root, const BaseId& id) {
    auto catalog = Catalog::open(root);
    if (!catalog) return catalog.error().message;
    if (!catalog->isReadOnly()) return "it believes it can write";
    if (catalog->bases()->size() != 1) return "its base is not listed";
    Progress progress;
    if (const auto r = catalog->checkBase(id, progress, {}); !r) return r.error().message;
    if (const auto r = catalog->leaseBase(id, "read"); !r) return r.error().message;
    if (const auto r = catalog->verifyBase(id, progress, {}); !r) return r.error().message;
    const auto isRefused = [](const auto& r) {
        return !r && r.error().code == ErrorCode::permission;
    };
    if (!isRefused(catalog->deleteBase(id))) return "deleteBase";
    if (!isRefused(catalog->stageBase())) return "stageBase";
    if (!isRefused(catalog->recordOverlay({"/x", {}, id, 1, "t", 1, false}))) return "overlay";
    if (!isRefused(catalog->beginSession({}))) return "session";
    return "ok";
}

int readOnly(const std::string& root, const std::string& id) {
    const char* path = root.c_str();
    if (!ownMounts() || ::mount(path, path, nullptr, MS_BIND, nullptr) != 0 ||
        ::mount("none", path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0) {
        say("skip: no mounts are allowed here");
        return 0;
    }
    say(useReadOnly(root, {*Hash::fromHex(id)}));
    return 0;
}

// Fills the device step by step; at each fill a base is added, or refused leaving nothing.
std::string useFullDisk(const fs::path& root) {
    int added = 0;
    int refused = 0;
    std::string filler(64 << 10, 'f');
    for (int step = 0; step < 24; ++step) {
        auto catalog = Catalog::open(root);
        if (!catalog && step > 0 && catalog.error().code == ErrorCode::noSpace) break;
        if (!catalog) return catalog.error().message;
        const std::size_t before = catalog->bases()->size();
        const auto base = addBase(*catalog, "base", std::string(8, static_cast<char>('A' + step)));
        if (base) {
            ++added;
        } else if (base.error().code == ErrorCode::noSpace) {
            ++refused;
        } else {
            return base.error().message;
        }
        if (catalog->bases()->size() != before + (base ? 1 : 0)) return "half a base is listed";
        if (entryCount(catalog->layout().bases()) != before + (base ? 1 : 0)) return "half a base";
        if (entryCount(catalog->layout().incoming()) != 0) return "something is left";
        [[maybe_unused]] const auto full =
            writeWholeFile(root / ("filler" + std::to_string(step)), asBytes(filler));
    }
    return added > 0 && refused > 0 ? "ok" : "never full";
}

int fullDisk(const std::string& root) {
    if (!ownMounts() || ::mount("none", root.c_str(), "tmpfs", 0, "size=2m") != 0) {
        say("skip: no tmpfs can be mounted here");
        return 0;
    }
    say(useFullDisk(root));
    return 0;
}

int childMain(const std::vector<std::string>& arguments) {
    if (arguments[0] == "readOnly") return readOnly(arguments[1], arguments[2]);
    if (arguments[0] == "fullDisk") return fullDisk(arguments[1]);
    return 2;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestCatalog)
#include "tst_catalog.moc"
