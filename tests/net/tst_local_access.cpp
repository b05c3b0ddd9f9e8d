#include "engine/net/local_access.h"

#include <sys/stat.h>

#include <QtTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;

class TestLocalAccess : public QObject {
    Q_OBJECT

private slots:
    void isThereWhileTheServerRuns() {
        const test::Scratch scratch;
        const auto none = LocalAccess::read(scratch.path());
        VERIFY_ERROR(none, ErrorCode::unavailable);
        QVERIFY(none.error().message.find("synthesis_server run") != std::string::npos);
        {
            const mode_t before = ::umask(0);
            auto made = LocalAccessFile::create(scratch.path(), {8021, "secret"});
            ::umask(before);
            VERIFY_OK(made);
            struct stat info {};
            QCOMPARE(::stat((scratch / "local.json").c_str(), &info), 0);
            QCOMPARE(info.st_mode & 0777u, 0600u);
            const LocalAccessFile moved = std::move(made).value();
            VALUE(read, LocalAccess::read(scratch.path()));
            QCOMPARE(int(read.port), 8021);
            QCOMPARE(read.token, "secret");
        }
        VERIFY_ERROR(LocalAccess::read(scratch.path()), ErrorCode::unavailable);
    }

    void whatIsDamagedIsAnError() {
        const test::Scratch scratch;
        for (const char* wrong : {"", "{}", R"({"port":65536,"token":""})", R"({"port":1})"}) {
            VERIFY_OK(writeWholeFile(scratch / "local.json", asBytes(wrong)));
            VERIFY_ERROR(LocalAccess::read(scratch.path()), ErrorCode::corrupt);
        }
    }
};

QTEST_GUILESS_MAIN(TestLocalAccess)
#include "tst_local_access.moc"
