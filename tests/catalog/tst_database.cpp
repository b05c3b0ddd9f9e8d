// The connection and the schema: damage, foreign files, older and newer versions.
#include "engine/catalog/database.h"

#include <sys/stat.h>

#include <random>

#include "engine/catalog/schema.h"
#include "tests/catalog/base_fixture.h"
#include "tests/catalog/child.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

// A step that takes some 100 ms and leaves a table of a known size.
constexpr const char* kSlowStep = R"sql(
CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 200000)
INSERT INTO numbers SELECT n FROM r;
ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT '';
)sql";

std::vector<const char*> stepsWithSlowOne() {
    std::vector<const char*> steps(schemaSteps().begin(), schemaSteps().end());
    steps.push_back(kSlowStep);
    return steps;
}

// Of a catalog as this program makes it.
int latest() {
    return static_cast<int>(schemaSteps().size());
}

int versionOf(const fs::path& file) {
    const auto database = Database::open(file, Database::Access::readOnly);
    return *(*database)->read(
        [](auto& c) -> Result<int> { return c.execAndGet("PRAGMA user_version").getInt(); });
}

}  // namespace

class TestDatabase : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    int m_count = 0;

    fs::path newRoot() {
        return fs::path(m_folder.path().toStdString()) / ("d" + std::to_string(++m_count));
    }

private slots:
    void isSafe() {
        const fs::path root = newRoot();
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
        EXPECT_OK(database);
        const auto ask = [&](const char* pragma) {
            return *(*database)->read([&](auto& c) -> Result<std::string> {
                return c.execAndGet(std::string("PRAGMA ") + pragma).getString();
            });
        };
        QCOMPARE(ask("journal_mode"), std::string("delete"));
        QCOMPARE(ask("synchronous"), std::string("3"));
        QCOMPARE(ask("foreign_keys"), std::string("1"));
        QCOMPARE(ask("trusted_schema"), std::string("0"));
        QCOMPARE(ask("busy_timeout"), std::string("5000"));
        struct stat info {};
        QCOMPARE(::stat((root / "catalog.db").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0600U);
        // The tables refuse nonsense.
        for (const char* sql :
             {"INSERT INTO bases VALUES ('x', 'n', 'd', 'ready', '', 1)",
              "INSERT INTO overlays VALUES ('relative', 'a', 'b', 1, '', 1)",
              "INSERT INTO base_files VALUES ('nobody', 'disk.raw', 1, 1, 1, 1)"}) {
            const auto done = (*database)->write([&](auto& c) -> Result<void> {
                c.exec(sql);
                return {};
            });
            EXPECT_ERROR(ErrorCode::failed, done);
        }
    }

    void anErrorUndoesItsTransaction() {
        const fs::path root = newRoot();
        EXPECT_OK(Catalog::open(root));
        auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
        const auto done = (*database)->write([&](auto& c) -> Result<void> {
            c.exec("DROP TABLE overlays");
            return Error{ErrorCode::failed, "no"};
        });
        EXPECT_ERROR(ErrorCode::failed, done);
        EXPECT_OK(Catalog::open(root));
    }

    void aNewerSchemaIsRefused() {
        const fs::path root = newRoot();
        EXPECT_OK(Catalog::open(root));
        auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
        EXPECT_OK((*database)->write([&](auto& c) -> Result<void> {
            c.exec("PRAGMA user_version=99");
            return {};
        }));
        const auto opened = Catalog::open(root);
        EXPECT_ERROR(ErrorCode::unsupported, opened);
        QVERIFY(opened.error().message.find("update Cloudlet Studio") != std::string::npos);
    }

    void foreignFilesAreRefused() {
        const fs::path root = newRoot();
        EXPECT_OK(makeDirectories(root));
        {
            SQLite::Database foreign((root / "catalog.db").native(),
                                     SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            foreign.exec("CREATE TABLE recipes (name TEXT)");
        }
        EXPECT_ERROR(ErrorCode::corrupt, Catalog::open(root));
        fs::remove(root / "catalog.db");
        EXPECT_OK(writeWholeFile(root / "catalog.db", asBytes("this is a letter")));
        EXPECT_ERROR(ErrorCode::corrupt, Catalog::open(root));
        fs::remove(root / "catalog.db");
        QCOMPARE(::mkfifo((root / "catalog.db").c_str(), 0600), 0);
        EXPECT_ERROR(ErrorCode::invalid, Catalog::open(root));
        fs::remove(root / "catalog.db");
        EXPECT_OK(makeDirectories(root / "catalog.db"));
        EXPECT_ERROR(ErrorCode::invalid, Catalog::open(root));
    }

    void anOlderFileIsBroughtUpWithABackup() {
        const fs::path root = newRoot();
        {
            auto catalog = Catalog::open(root);
            EXPECT_OK(catalog);
            EXPECT_OK(addBase(*catalog, "alpha", "A"));
        }
        const fs::path file = root / "catalog.db";
        auto database = Database::open(file, Database::Access::readWrite);
        const auto steps = stepsWithSlowOne();
        EXPECT_OK(prepareSchema(**database, steps));
        EXPECT_OK(prepareSchema(**database, steps));  // nothing more to do
        const fs::path backup = file.native() + ".v" + std::to_string(latest()) + ".bak";
        QCOMPARE(versionOf(file), latest() + 1);
        QCOMPARE(versionOf(backup), latest());
        EXPECT_OK((*database)->read([](auto& c) -> Result<void> {
            CHECK(c.execAndGet("SELECT count(*) FROM numbers").getInt() == 200000);
            CHECK(c.execAndGet("SELECT count(*) FROM bases").getInt() == 1);
            return {};
        }));
        // The copy is a catalog that the older program can use.
        fs::rename(backup, file);
        const auto older = Catalog::open(root);
        EXPECT_OK(older);
        QCOMPARE(older->bases()->size(), std::size_t{1});
    }

    // The first version had no tags and no parents.
    void theFirstVersionIsBroughtUp() {
        const fs::path root = newRoot();
        EXPECT_OK(makeDirectories(root));
        {
            auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
            // It misses what the later steps make, after it has made its own.
            EXPECT_ERROR(ErrorCode::corrupt, prepareSchema(**database, schemaSteps().first(1)));
            EXPECT_OK((*database)->write([](SQLite::Database& c) -> Result<void> {
                const std::string id(64, 'a');
                c.exec("INSERT INTO overlays VALUES ('/x', '" + id + "', '" + id + "', 1, 't', 1)");
                return {};
            }));
        }
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        QCOMPARE(catalog->overlays()->size(), std::size_t{1});
        QVERIFY(!catalog->overlays()->front().parent);
        EXPECT_OK(catalog->setTags(fs::path("/x"), {"kept"}));
    }

    void aFailingStepChangesNothing() {
        const fs::path root = newRoot();
        EXPECT_OK(Catalog::open(root));
        auto database = Database::open(root / "catalog.db", Database::Access::readWrite);
        std::vector<const char*> steps = stepsWithSlowOne();
        steps.push_back("CREATE TABLE numbers (again INTEGER)");
        EXPECT_ERROR(ErrorCode::failed, prepareSchema(**database, steps));
        QCOMPARE(versionOf(root / "catalog.db"), latest());
        EXPECT_OK(Catalog::open(root));
    }

    void aKilledMigrationIsOldOrNew() {
        const int rounds = qEnvironmentVariableIntValue("CLOUDLET_KILLS_MIGRATION") > 0
                               ? qEnvironmentVariableIntValue("CLOUDLET_KILLS_MIGRATION")
                               : 8;
        std::mt19937 random(7);
        int old = 0;
        for (int round = 0; round < rounds; ++round) {
            const fs::path root = newRoot();
            EXPECT_OK(Catalog::open(root));
            Child child({"migrate", root.string()});
            QCOMPARE(child.line(), std::string("go"));
            QTest::qSleep(static_cast<int>(random() % 160));
            child.kill();
            const fs::path file = root / "catalog.db";
            auto database = Database::open(file, Database::Access::readWrite);
            EXPECT_OK(database);
            const auto steps = stepsWithSlowOne();
            const int version = *(*database)->read([](auto& c) -> Result<int> {
                return c.execAndGet("PRAGMA user_version").getInt();
            });
            const int tables = *(*database)->read([](auto& c) -> Result<int> {
                return c.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name='numbers'")
                    .getInt();
            });
            QVERIFY(version == latest() || version == latest() + 1);
            QCOMPARE(tables, version - latest());
            old += version == latest();
            EXPECT_OK(prepareSchema(**database, steps));
        }
        qInfo() << old << "of" << rounds << "killed before the step was complete";
    }

    void damageIsAnErrorNeverACrash() {
        const fs::path root = newRoot();
        {
            auto catalog = Catalog::open(root);
            EXPECT_OK(catalog);
            const auto base = addBase(*catalog, "alpha", "A");
            EXPECT_OK(catalog->recordOverlay({"/o", {}, base->id, 1, "t", 1, false}));
        }
        const fs::path file = root / "catalog.db";
        const auto whole = readWholeFile(file, 1 << 20);
        EXPECT_OK(whole);
        std::mt19937 random(11);
        int refused = 0;
        const int rounds = 60;
        for (int round = 0; round < rounds; ++round) {
            Bytes bytes = *whole;
            if (round % 2 == 0) {
                bytes.resize(random() % bytes.size());
            } else {
                for (int i = 0; i < 3; ++i) {
                    bytes[random() % bytes.size()] ^= static_cast<std::byte>(1U << random() % 8);
                }
            }
            EXPECT_OK(writeWholeFile(file, bytes));
            const auto catalog = Catalog::open(root);
            const bool usable = catalog && catalog->bases() && catalog->overlays();
            if (usable) continue;  // an unused byte, or an empty file
            ++refused;
            if (!catalog) {
                const ErrorCode code = catalog.error().code;
                QVERIFY2(code == ErrorCode::corrupt || code == ErrorCode::unsupported,
                         catalog.error().message.c_str());
            }
        }
        QVERIFY(refused > rounds / 3);
    }

    void aLockedFileIsWaitedForThenRefused() {
        const fs::path root = newRoot();
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        Child child({"lockDatabase", root.string()});
        QCOMPARE(child.line(), std::string("locked"));
        EXPECT_OK(catalog->overlays());  // a writer that has not committed stops no reader
        const auto patience = std::chrono::milliseconds(400);
        auto database = Database::open(root / "catalog.db", Database::Access::readWrite, patience);
        EXPECT_OK(database);
        const auto write = [&] {
            return (*database)->write([](auto&) -> Result<void> { return {}; });
        };
        QElapsedTimer timer;
        timer.start();
        const auto refused = write();
        EXPECT_ERROR(ErrorCode::inUse, refused);
        QVERIFY(timer.elapsed() > 300 && timer.elapsed() < 3000);
        QVERIFY(refused.error().message.find("another program") != std::string::npos);
        child.kill();
        EXPECT_OK(write());
    }
};

namespace {

int childMain(const std::vector<std::string>& arguments) {
    auto database =
        Database::open(fs::path(arguments[1]) / "catalog.db", Database::Access::readWrite);
    if (arguments[0] == "migrate") {
        const auto steps = stepsWithSlowOne();
        say("go");
        const auto done = prepareSchema(**database, steps);
        say(done ? "done" : done.error().message);
    }
    if (arguments[0] == "lockDatabase") {
        [[maybe_unused]] const auto never = (*database)->write([](auto&) -> Result<void> {
            say("locked");
            ::sleep(60);
            return {};
        });
    }
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestDatabase)
#include "tst_database.moc"
