// What keeps a base from being removed: leases, overlays, sessions. And their records.
#include <unistd.h>

#include <atomic>
#include <thread>

#include "tests/catalog/base_fixture.h"
#include "tests/catalog/child.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestCatalogUse : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    fs::path newRoot() {
        return fs::path(m_folder.path().toStdString()) / ("u" + std::to_string(++m_count));
    }

private slots:
    void aLeaseKeepsABase();
    void aLeaseOfAnotherProcessKeepsABase();
    void overlaysKeepABase();
    void keepsTags();
    void aThousandOverlaysAreListedFast();
    void sessionsAreRemembered();
    void severalThreadsShareIt();
};

void TestCatalogUse::aLeaseKeepsABase() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    {
        auto first = catalog->leaseBase(base->id, "runs overlay redis");
        EXPECT_OK(first);
        const auto second = catalog->leaseBase(base->id, "export");
        EXPECT_OK(second);
        const BaseLease moved = std::move(*first);
        const auto refused = catalog->deleteBase(base->id, Catalog::Force::yes);
        EXPECT_ERROR(ErrorCode::inUse, refused);
        const std::string expected = std::to_string(::getpid()) + " (runs overlay redis)";
        QVERIFY2(refused.error().message.find(expected) != std::string::npos,
                 refused.error().message.c_str());
        QVERIFY(refused.error().message.find("(export)") != std::string::npos);
        QVERIFY(catalog->baseById(base->id)->state == BaseState::ready);
    }
    QCOMPARE(entryCount(catalog->layout().leases()), std::size_t{0});
    EXPECT_OK(catalog->deleteBase(base->id));
    EXPECT_ERROR(ErrorCode::notFound, catalog->leaseBase(base->id, "late"));
}

void TestCatalogUse::aLeaseOfAnotherProcessKeepsABase() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    Child child({"lease", root.string(), base->id.hex()});
    QCOMPARE(child.line(), std::string("leased"));
    const auto refused = catalog->deleteBase(base->id);
    EXPECT_ERROR(ErrorCode::inUse, refused);
    QVERIFY(refused.error().message.find("(a child's work)") != std::string::npos);
    child.kill();  // the kernel drops its lease
    EXPECT_OK(catalog->deleteBase(base->id));
    QCOMPARE(entryCount(catalog->layout().leases()), std::size_t{1});
    EXPECT_OK(Catalog::open(root));
    QCOMPARE(entryCount(catalog->layout().leases()), std::size_t{0});
}

void TestCatalogUse::keepsTags() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root / "catalog");
    auto base = addBase(*catalog, "letters", "AAB");
    EXPECT_OK(base);
    const fs::path file = root / "a.cloudlet";
    EXPECT_OK(catalog->recordOverlay({file, sha256(asBytes("o")), base->id, 7, "A", 5, true}));
    EXPECT_OK(catalog->setTags(file, {"web", "demo", "web"}));
    EXPECT_OK(catalog->setTags(base->id, {"golden"}));
    using Tags = std::map<std::string, std::vector<std::string>>;
    const Tags wanted{{base->id.hex(), {"golden"}}, {file.string(), {"demo", "web"}}};
    QVERIFY(*catalog->tags() == wanted);
    // A record that is made anew keeps them; one that goes takes them along.
    EXPECT_OK(catalog->recordOverlay({file, sha256(asBytes("p")), base->id, 8, "A", 6, true}));
    QVERIFY(*catalog->tags() == wanted);
    for (const std::string& bad : {std::string(), std::string("two words"), std::string("a,b"),
                                   std::string("a\nb"), std::string(61, 'x')}) {
        QCOMPARE(catalog->setTags(file, {bad}).error().code, ErrorCode::invalid);
    }
    QCOMPARE(catalog->setTags(root / "b", {"x"}).error().code, ErrorCode::notFound);
    EXPECT_OK(catalog->forgetOverlay(file));
    EXPECT_OK(catalog->deleteBase(base->id));
    QVERIFY(catalog->tags()->empty());
}

void TestCatalogUse::overlaysKeepABase() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    const fs::path file = root / "an overlay.cloudlet";
    EXPECT_OK(writeWholeFile(file, asBytes("overlay")));
    const OverlayRecord overlay{file, sha256(asBytes("o")), base->id, 7, "Redis", 5, false};
    EXPECT_OK(catalog->recordOverlay(overlay));
    EXPECT_OK(catalog->recordOverlay(overlay));  // the same path: the same record
    auto listed = catalog->overlays();
    QCOMPARE(listed->size(), std::size_t{1});
    const OverlayRecord& back = listed->front();
    QVERIFY(back.path == file && back.id == overlay.id && back.base == base->id);
    QVERIFY(back.size == 7 && back.title == "Redis" && back.created == 5 && !back.missing);
    const auto refused = catalog->deleteBase(base->id);
    EXPECT_ERROR(ErrorCode::inUse, refused);
    QVERIFY(refused.error().message.find("an overlay.cloudlet") != std::string::npos);
    fs::remove(file);
    QVERIFY(catalog->overlays()->front().missing);
    EXPECT_ERROR(ErrorCode::inUse, catalog->deleteBase(base->id));
    EXPECT_OK(catalog->deleteBase(base->id, Catalog::Force::yes));
    EXPECT_OK(catalog->forgetOverlay(file));
    EXPECT_ERROR(ErrorCode::notFound, catalog->forgetOverlay(file));
}

void TestCatalogUse::aThousandOverlaysAreListedFast() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    {
        // One transaction here: the time to write them is not what is measured.
        auto database = Database::open(catalog->layout().database(), Database::Access::readWrite);
        EXPECT_OK((*database)->write([&](SQLite::Database& c) -> Result<void> {
            SQLite::Statement insert(c,
                                     "INSERT INTO overlays VALUES (?, ?, ?, 1, 'title', 1, NULL)");
            const std::string id = sha256(asBytes("x")).hex();
            for (int i = 0; i < 1000; ++i) {
                insert.reset();
                insert.bind(1, "/overlays/" + std::to_string(i) + ".cloudlet");
                insert.bind(2, id);
                insert.bind(3, id);
                insert.exec();
            }
            return {};
        }));
    }
    QElapsedTimer timer;
    timer.start();
    const auto reopened = Catalog::open(root);
    EXPECT_OK(reopened);
    const auto openMs = timer.restart();
    const auto overlays = reopened->overlays();
    EXPECT_OK(overlays);
    QCOMPARE(overlays->size(), std::size_t{1000});
    const auto listMs = timer.elapsed();
    qInfo() << "open with quick_check" << openMs << "ms, list 1000" << listMs << "ms";
    QVERIFY(listMs < 500);  // 10 ms are usual; other work may share the machine
}

void TestCatalogUse::sessionsAreRemembered() {
    const fs::path root = newRoot();
    auto catalog = Catalog::open(root);
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    SessionRecord wanted;
    wanted.kind = SessionKind::synthesis;
    wanted.base = base->id;
    wanted.overlay = sha256(asBytes("o"));
    wanted.title = "Redis";
    wanted.runFolder = root / "run" / "v1";
    wanted.hypervisor = "qemu:///session";
    const auto begun = catalog->beginSession(wanted);
    EXPECT_OK(begun);
    QCOMPARE(begun->id.size(), std::size_t{32});
    QVERIFY(begun->owner.isAlive());
    SessionRecord known = *begun;
    known.domainUuid = "6f1c";
    known.forwards = R"(["tcp:8080:80"])";
    EXPECT_OK(catalog->updateSession(known));
    const auto running = catalog->runningSessions();
    QCOMPARE(running->size(), std::size_t{1});
    const SessionRecord& back = running->front();
    QVERIFY(back.base == base->id && back.overlay == wanted.overlay && back.title == "Redis");
    QVERIFY(back.domainUuid == "6f1c" && back.forwards == known.forwards);
    QVERIFY(back.owner == begun->owner && back.runFolder == wanted.runFolder && !back.ended);
    const auto refused = catalog->deleteBase(base->id);
    EXPECT_ERROR(ErrorCode::inUse, refused);
    EXPECT_OK(catalog->endSession(begun->id, SessionState::failed, "the guest crashed"));
    EXPECT_OK(catalog->endSession(begun->id, SessionState::closed));  // changes nothing
    const auto all = catalog->sessions();
    QVERIFY(all->front().state == SessionState::failed && all->front().ended.has_value());
    QCOMPARE(all->front().problem, std::string("the guest crashed"));
    QVERIFY(catalog->runningSessions()->empty());
    EXPECT_ERROR(ErrorCode::notFound, catalog->endSession("none", SessionState::closed));
    // A session that makes a base has none yet.
    SessionRecord unmade;
    unmade.kind = SessionKind::base;
    const auto making = catalog->beginSession(unmade);
    EXPECT_OK(making);
    QVERIFY(!catalog->sessions(1)->empty());
    ProcessIdentity dead = making->owner;
    dead.startTime += 1;  // the pid was given to another
    QVERIFY(!dead.isAlive());
    dead = making->owner;
    dead.bootId = "an earlier boot";
    QVERIFY(!dead.isAlive());
}

void TestCatalogUse::severalThreadsShareIt() {
    auto catalog = Catalog::open(newRoot());
    EXPECT_OK(catalog);
    const auto base = addBase(*catalog, "alpha", "AB");
    EXPECT_OK(base);
    std::atomic<int> failures{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 5; ++i) {
                    const fs::path path = "/o" + std::to_string(t) + "-" + std::to_string(i);
                    Progress progress;
                    const bool done = catalog->recordOverlay({path, {}, {}, 1, "t", 1, false}) &&
                                      catalog->leaseBase(base->id, "use") &&
                                      catalog->checkBase(base->id, progress, {}) &&
                                      catalog->overlays() && catalog->runFolder() &&
                                      catalog->bases();
                    if (!done) ++failures;
                }
            });
        }
    }
    QCOMPARE(failures.load(), 0);
    QCOMPARE(catalog->overlays()->size(), std::size_t{20});
    QCOMPARE(entryCount(catalog->layout().leases()), std::size_t{0});
}

// ---- what a child does ----

namespace {

int childMain(const std::vector<std::string>& arguments) {
    const auto catalog = Catalog::open(arguments[1]);
    const auto held = catalog->leaseBase({*Hash::fromHex(arguments[2])}, "a child's work");
    say(held ? "leased" : held.error().message);
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestCatalogUse)
#include "tst_catalog_use.moc"
