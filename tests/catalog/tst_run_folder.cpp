#include "engine/catalog/run_folder.h"

#include <sys/stat.h>

#include "tests/catalog/base_fixture.h"
#include "tests/catalog/child.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestRunFolder : public QObject {
    Q_OBJECT

private slots:
    void livesAsLongAsItsOwner() {
        const QTemporaryDir folder;
        auto catalog = Catalog::open(folder.path().toStdString());
        EXPECT_OK(catalog);
        fs::path path;
        {
            const auto run = catalog->runFolder();
            EXPECT_OK(run);
            path = run->path();
            EXPECT_OK(writeWholeFile(path / "file", asBytes("x")));
            QVERIFY(catalog->staleRunFolders()->empty());  // its owner lives
        }
        QVERIFY(!fs::exists(path));
        {
            auto run = catalog->runFolder();
            EXPECT_OK(run);
            run->keep();
            path = run->path();
        }
        QVERIFY(fs::exists(path));
        {
            auto stale = catalog->staleRunFolders();
            QCOMPARE(stale->size(), std::size_t{1});
            QVERIFY(stale->front().path() == path);
            QVERIFY(catalog->staleRunFolders()->empty());  // ours to handle now
        }
        QVERIFY(fs::exists(path));  // not handled: for the next start
        {
            auto stale = catalog->staleRunFolders();
            QCOMPARE(stale->size(), std::size_t{1});
            stale->front().discard();
        }
        QVERIFY(!fs::exists(path));
    }

    void aKilledOwnerLeavesAStaleOne() {
        const QTemporaryDir folder;
        auto catalog = Catalog::open(folder.path().toStdString());
        EXPECT_OK(catalog);
        Child child({"hold", folder.path().toStdString()});
        const fs::path path = child.line();
        QVERIFY(fs::exists(path));
        QVERIFY(catalog->staleRunFolders()->empty());
        child.kill();
        QCOMPARE(catalog->staleRunFolders()->size(), std::size_t{1});
    }

    void socketPathsStayShort() {
        const QTemporaryDir folder;
        const QTemporaryDir runtime("/tmp/cl-run-XXXXXX");
        qputenv("XDG_RUNTIME_DIR", runtime.path().toUtf8());
        const fs::path root = fs::path(folder.path().toStdString()) / std::string(150, 'x');
        auto catalog = Catalog::open(root);
        EXPECT_OK(catalog);
        const auto run = catalog->runFolder();
        EXPECT_OK(run);
        QVERIFY(run->path().native().starts_with(runtime.path().toStdString()));
        QVERIFY(run->path().native().size() + 1 + 34 <= 107);
        QVERIFY(fs::status(run->path()).permissions() == fs::perms::owner_all);
    }

    void aFolderOthersMayWriteIsRefused() {
        const QTemporaryDir folder;
        auto catalog = Catalog::open(folder.path().toStdString());
        EXPECT_OK(catalog);
        EXPECT_OK(makeDirectories(catalog->layout().run()));
        QCOMPARE(::chmod(catalog->layout().run().c_str(), 0777), 0);
        EXPECT_ERROR(ErrorCode::permission, catalog->runFolder());
    }
};

namespace {

int childMain(const std::vector<std::string>& arguments) {
    auto catalog = Catalog::open(arguments[1]);
    const auto run = catalog->runFolder();
    say(run ? run->path().string() : run.error().message);
    ::sleep(60);
    return 0;
}

}  // namespace

TEST_MAIN_WITH_CHILDREN(TestRunFolder)
#include "tst_run_folder.moc"
