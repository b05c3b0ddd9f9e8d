// What is left when a process dies at any moment, and how it is mended.
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "engine/catalog/sweep.h"
#include "tests/catalog/base_fixture.h"
#include "tests/catalog/child.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

int envCount(const char* name, int otherwise) {
    const int value = qEnvironmentVariableIntValue(name);
    return value > 0 ? value : otherwise;
}

// The disk of base number i: unlike any other's.
std::string drawing(int i) {
    std::string letters;
    for (; i > 0; i /= 20) letters += static_cast<char>('A' + i % 20);
    return letters + "Z";
}

void age(const fs::path& path) {
    const timespec old{std::time(nullptr) - 8 * 24 * 3600, 0};
    const timespec times[2] = {old, old};
    ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace

class TestCatalogRecovery : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    fs::path newRoot() {
        return fs::path(m_folder.path().toStdString()) / ("r" + std::to_string(++m_count));
    }

private slots:
    void killedAnywhereNothingIsLost();
    void twoProcessesShareACatalog();
    void removedFilesMakeABaseBroken();
    void foldersWithoutARowAreTakenBack();
    void mendsLaterWhereAsked();
    void brokenFoldersAreKeptAWeek();
    void interruptedRemovalsAreFinished();
    void incomingIsSweptButNotWhatIsLocked();
    void aLostDatabaseIsRebuilt();
    void aDamagedDatabaseIsRebuiltWithItsOverlays();
    void aBusyLockNamesItsHolder();
};

// Acks tell what the child was promised: "+ID" added, "-ID" about to remove, "=ID" removed.
void TestCatalogRecovery::killedAnywhereNothingIsLost() {
    const int kills = envCount("CLOUDLET_KILLS", 50);
    const auto seed = static_cast<unsigned>(envCount("CLOUDLET_SEED", 3));
    std::mt19937 random(seed);
    const fs::path root = newRoot();
    // Killed after up to two publishings' time, so that a slow build gets that far too.
    QElapsedTimer timer;
    timer.start();
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        EXPECT_OK(addBase(*catalog, "first", "FIRST"));
    }
    const auto longest = static_cast<unsigned>(std::clamp<qint64>(timer.elapsed() * 2, 60, 400));
    std::map<std::string, char> promised;
    std::size_t acks = 0;
    std::size_t orphans = 0;
    int first = 1;
    for (int round = 0; round < kills; ++round) {
        Child child({"churn", root.string(), std::to_string(first)});
        QCOMPARE(child.line(), std::string("go"));
        QTest::qSleep(static_cast<int>(random() % longest));
        child.kill();
        for (std::string line; !(line = child.line()).empty(); ++acks) {
            if (line[0] == '!') QFAIL(line.c_str());
            promised[line.substr(1)] = line[0];
        }
        first += 1000;
        const CatalogLayout layout{root};
        orphans += entryCount(layout.incoming()) + entryCount(layout.trash());
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        QCOMPARE(entryCount(layout.incoming()), std::size_t{0});
        QCOMPARE(entryCount(layout.trash()), std::size_t{0});
        std::set<std::string> there;
        const auto bases = catalog->bases();
        EXPECT_OK(bases);
        Progress progress;
        for (const BaseRecord& base : *bases) {
            there.insert(base.id.hex());
            QVERIFY2(base.state == BaseState::ready, base.problem.c_str());
            EXPECT_OK(catalog->verifyBase(base.id, progress, {}));
        }
        QCOMPARE(entryCount(layout.bases()), there.size());
        for (const auto& [id, last] : promised) {
            if (last == '+') QVERIFY2(there.contains(id), "an acknowledged base was lost");
            if (last == '=') QVERIFY2(!there.contains(id), "a removed base came back");
        }
        // The next round starts from few again.
        for (const BaseRecord& base : *bases) {
            if (there.size() > 3) EXPECT_OK(catalog->deleteBase(base.id));
            if (there.size() > 3) promised[base.id.hex()] = '=';
        }
    }
    qInfo() << kills << "kills," << acks << "acks," << orphans << "orphans swept, seed" << seed
            << "within" << longest << "ms";
}

void TestCatalogRecovery::twoProcessesShareACatalog() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    constexpr int kEach = 8;
    Child one({"add", root.string(), "1", std::to_string(kEach)});
    Child two({"add", root.string(), "100", std::to_string(kEach)});
    Child same({"add", root.string(), "1", std::to_string(kEach)});  // what `one` adds too
    for (int i = 0; i < kEach; ++i) {
        EXPECT_OK(addBase(*catalog, "here", drawing(1000 + i)));
        EXPECT_OK(catalog->bases());
    }
    QCOMPARE(one.wait(), 0);
    QCOMPARE(two.wait(), 0);
    QCOMPARE(same.wait(), 0);
    QCOMPARE(catalog->bases()->size(), std::size_t{3 * kEach});
    QCOMPARE(entryCount(catalog->layout().bases()), std::size_t{3 * kEach});
    QCOMPARE(entryCount(catalog->layout().incoming()), std::size_t{0});
}

void TestCatalogRecovery::removedFilesMakeABaseBroken() {
    const fs::path root = newRoot();
    BaseRecord base;
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        base = *addBase(*catalog, "alpha", "AB");
    }
    fs::remove(base.files.memory());
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    QCOMPARE(catalog->notes().size(), std::size_t{1});
    const auto found = catalog->baseById(base.id);
    EXPECT_OK(found);
    QVERIFY(found->state == BaseState::broken);
    QVERIFY(found->problem.find("memory.raw") != std::string::npos);
    fs::remove_all(base.files.folder);
    Progress progress;
    EXPECT_ERROR(ErrorCode::corrupt, catalog->verifyBase(base.id, progress, {}));
    EXPECT_OK(catalog->deleteBase(base.id));
    QVERIFY(Catalog::open(root)->notes().empty());
}

void TestCatalogRecovery::foldersWithoutARowAreTakenBack() {
    const fs::path root = newRoot();
    BaseRecord base;
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        base = *addBase(*catalog, "alpha", "AB");
    }
    fs::remove(root / "catalog.db");
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    QCOMPARE(catalog->notes().size(), std::size_t{1});
    const auto found = catalog->findBase("alpha");
    EXPECT_OK(found);
    QVERIFY(found->vm == base.vm && found->stamps.empty());
    Progress progress;
    EXPECT_OK(catalog->checkBase(base.id, progress, {}));
    QCOMPARE(progress.snapshot().stageIndex, 1U);  // never verified: hashed in full
    QCOMPARE(catalog->baseById(base.id)->stamps.size(), std::size_t{4});
}

void TestCatalogRecovery::mendsLaterWhereAsked() {
    const fs::path root = newRoot();
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        EXPECT_OK(addBase(*catalog, "alpha", "AB"));
    }
    fs::remove(root / "catalog.db");
    auto catalog = Catalog::open(root, Catalog::Mend::later);
    EXPECT_OK(catalog);
    QVERIFY(catalog->notes().empty() && catalog->bases()->empty());
    const auto notes = catalog->mend();
    EXPECT_OK(notes);
    QCOMPARE(notes->size(), std::size_t{1});
    QCOMPARE(catalog->bases()->size(), std::size_t{1});
    QVERIFY(catalog->mend()->empty());
}

void TestCatalogRecovery::brokenFoldersAreKeptAWeek() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    const CatalogLayout& layout = catalog->layout();
    const std::string otherId = sha256(asBytes("other")).hex();
    fs::copy(base->files.folder, layout.bases() / otherId);  // another base's files
    EXPECT_OK(makeDirectories(layout.bases() / "holiday pictures"));
    EXPECT_OK(writeWholeFile(layout.bases() / "letter", asBytes("x")));
    const auto again = Catalog::open(root);
    EXPECT_OK(again);
    QCOMPARE(again->notes().size(), std::size_t{3});
    QCOMPARE(entryCount(layout.bases()), std::size_t{1});
    QCOMPARE(entryCount(layout.trash()), std::size_t{3});
    EXPECT_OK(Catalog::open(root));
    QCOMPARE(entryCount(layout.trash()), std::size_t{3});
    for (const auto& entry : fs::directory_iterator(layout.trash())) age(entry.path());
    EXPECT_OK(Catalog::open(root));
    QCOMPARE(entryCount(layout.trash()), std::size_t{0});
}

void TestCatalogRecovery::interruptedRemovalsAreFinished() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const auto marked = addBase(*catalog, "alpha", "A");
    const auto moved = addBase(*catalog, "beta", "B");
    EXPECT_OK(moved);
    auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
    EXPECT_OK((*database)->write([&](auto& c) -> Result<void> {
        c.exec("UPDATE bases SET state='deleting'");
        return {};
    }));
    EXPECT_OK(moveToTrash(catalog->layout(), moved->files.folder));
    QVERIFY(catalog->bases()->empty());
    EXPECT_ERROR(ErrorCode::notFound, catalog->baseById(marked->id));
    // Adding it again does not wait for the next start.
    EXPECT_OK(addBase(*catalog, "alpha", "A"));
    QCOMPARE(catalog->bases()->size(), std::size_t{1});
    EXPECT_OK(Catalog::open(root));
    QCOMPARE(entryCount(catalog->layout().bases()), std::size_t{1});
    QCOMPARE(entryCount(catalog->layout().trash()), std::size_t{0});
}

void TestCatalogRecovery::incomingIsSweptButNotWhatIsLocked() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const CatalogLayout& layout = catalog->layout();
    const auto alive = catalog->stageBase();
    EXPECT_OK(alive);
    EXPECT_OK(makeDirectories(layout.incoming() / "base-orphan/deep"));
    EXPECT_OK(makeDirectories(layout.incoming() / "resume-young"));
    EXPECT_OK(makeDirectories(layout.incoming() / "resume-old"));
    age(layout.incoming() / "resume-old");
    EXPECT_OK(Catalog::open(root));
    QVERIFY(fs::exists(alive->files().folder));
    QVERIFY(fs::exists(layout.incoming() / "resume-young"));
    QCOMPARE(entryCount(layout.incoming()), std::size_t{2});
    // A key has one worker at a time.
    auto worker = catalog->stageBase("young");
    EXPECT_OK(worker);
    QVERIFY(worker->wasThere());
    EXPECT_ERROR(ErrorCode::inUse, catalog->stageBase("young"));
    worker->keep();
}

void TestCatalogRecovery::aLostDatabaseIsRebuilt() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    EXPECT_OK(addBase(*catalog, "alpha", "A"));
    EXPECT_OK(addBase(*catalog, "alpha", "B"));
    fs::remove(root / "catalog.db");
    const auto report = rebuildCatalog(root);
    EXPECT_OK(report);
    QCOMPARE(report->bases, std::size_t{2});
    QVERIFY(report->damaged.empty());
    // Who still has the old one open is told so.
    EXPECT_ERROR(ErrorCode::inUse, catalog->bases());
    const auto again = Catalog::open(root);
    EXPECT_OK(again);
    QCOMPARE(again->bases()->size(), std::size_t{2});
    EXPECT_OK(again->findBase("alpha (2)"));
}

void TestCatalogRecovery::aDamagedDatabaseIsRebuiltWithItsOverlays() {
    const fs::path root = newRoot();
    {
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        const auto base = addBase(*catalog, "alpha", "A");
        EXPECT_OK(catalog->recordOverlay({"/o.cloudlet", {}, base->id, 1, "t", 1, false}));
        EXPECT_OK(catalog->beginSession({}));
    }
    const fs::path file = root / "catalog.db";
    {
        auto database = Database::open(file, Database::Access::readWrite);
        EXPECT_OK((*database)->write([](auto& c) -> Result<void> {
            c.exec("DROP TABLE base_files");
            return {};
        }));
    }
    const auto refused = Catalog::open(root);
    EXPECT_ERROR(ErrorCode::corrupt, refused);
    QVERIFY(refused.error().message.find("--rebuild-catalog") != std::string::npos);
    auto report = rebuildCatalog(root);
    EXPECT_OK(report);
    QVERIFY(fs::exists(report->damaged));
    QVERIFY(report->bases == 1 && report->overlays == 1 && report->sessions == 1);
    EXPECT_OK(Catalog::open(root));
    // Beyond all reading: the bases alone come back.
    EXPECT_OK(writeWholeFile(file, asBytes("not a database at all")));
    report = rebuildCatalog(root);
    EXPECT_OK(report);
    QVERIFY(report->bases == 1 && report->overlays == 0);
}

void TestCatalogRecovery::aBusyLockNamesItsHolder() {
    const fs::path root = newRoot();
    EXPECT_OK(Catalog::open(root));
    Child child({"holdLock", root.string()});
    QCOMPARE(child.line(), std::string("held"));
    const CatalogLayout layout{root};
    const auto refused = CatalogLock::acquire(layout, "test", std::chrono::milliseconds(50));
    EXPECT_ERROR(ErrorCode::inUse, refused);
    QVERIFY2(refused.error().message.find("a long removal") != std::string::npos,
             refused.error().message.c_str());
    EXPECT_OK(Catalog::open(root));  // opening does not wait for it
    child.kill();
    EXPECT_OK(CatalogLock::acquire(layout, "test", std::chrono::milliseconds(50)));
}

// ---- what a child does ----

namespace {

int add(const std::string& root, int first, int count) {
    auto catalog = Catalog::open(root);
    if (!catalog) return 1;
    for (int i = 0; i < count; ++i) {
        const auto base = addBase(*catalog, "base", drawing(first + i));
        if (!base) std::fprintf(stderr, "%s\n", base.error().message.c_str());
        if (!base) return 1;
    }
    return 0;
}

int churn(const std::string& root, int number) {
    auto catalog = Catalog::open(root);
    say("go");
    while (true) {
        const auto base = addBase(*catalog, "base", drawing(number++));
        say(base ? "+" + base->id.hex() : "!" + base.error().message);
        if (!base) return 1;
        if (number % 3 == 0) continue;
        say("-" + base->id.hex());
        const auto gone = catalog->deleteBase(base->id);
        say(gone ? "=" + base->id.hex() : "!" + gone.error().message);
    }
}

int childMain(const std::vector<std::string>& arguments) {
    if (arguments[0] == "add")
        return add(arguments[1], std::stoi(arguments[2]), std::stoi(arguments[3]));
    if (arguments[0] == "churn") return churn(arguments[1], std::stoi(arguments[2]));
    const auto lock = CatalogLock::acquire({arguments[1]}, "a long removal");
    say(lock ? "held" : lock.error().message);
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestCatalogRecovery)
#include "tst_catalog_recovery.moc"
