#include "engine/catalog/remove_tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/catalog/base_fixture.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestRemoveTree : public QObject {
    Q_OBJECT

private slots:
    void removesAllButWhatLinksLeadTo() {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        EXPECT_OK(makeDirectories(root / "tree/deep/er"));
        EXPECT_OK(makeDirectories(root / "other"));
        EXPECT_OK(writeWholeFile(root / "other/precious", asBytes("x")));
        EXPECT_OK(writeWholeFile(root / "tree/deep/file", asBytes("x")));
        fs::create_directory_symlink(root / "other", root / "tree/link");
        QCOMPARE(::mkfifo((root / "tree/fifo").c_str(), 0600), 0);
        fs::permissions(root / "tree/deep", fs::perms::owner_read | fs::perms::owner_exec);
        EXPECT_OK(removeTree(root / "tree"));
        QVERIFY(!fs::exists(root / "tree"));
        QVERIFY(fs::exists(root / "other/precious"));
        EXPECT_OK(removeTree(root / "tree"));  // nothing there: fine
        EXPECT_OK(removeTree(root / "other/precious"));
        QVERIFY(!fs::exists(root / "other/precious"));
    }

    void tooDeepAFolderIsAnError() {
        const QTemporaryDir folder;
        fs::path path = folder.path().toStdString();
        const fs::path top = path / "d";
        for (int i = 0; i < 60; ++i) path /= "d";
        EXPECT_OK(makeDirectories(path));
        EXPECT_ERROR(ErrorCode::failed, removeTree(top));
    }
};

QTEST_GUILESS_MAIN(TestRemoveTree)
#include "tst_remove_tree.moc"
