#include "engine/net/server_identity.h"

#include <sys/stat.h>

#include <QtTest>
#include <thread>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using cloudlet::test::Scratch;

class TestServerIdentity : public QObject {
    Q_OBJECT

private slots:
    void isMadeOnceAndStays() {
        const Scratch scratch;
        VALUE(first, ServerIdentity::openOrCreate(scratch / "server"));
        VALUE(second, ServerIdentity::openOrCreate(scratch / "server"));
        QVERIFY(first.fingerprint == second.fingerprint);
        QCOMPARE(first.pem, second.pem);
        VALUE(other, ServerIdentity::openOrCreate(scratch / "other"));
        QVERIFY(first.fingerprint != other.fingerprint);
    }

    // A11: also under a careless umask.
    void a11OnlyTheOwnerMayReadIt() {
        const Scratch scratch;
        const mode_t before = ::umask(0);
        const auto made = ServerIdentity::openOrCreate(scratch / "server");
        ::umask(before);
        VERIFY_OK(made);
        struct stat info {};
        QCOMPARE(::stat((scratch / "server/server.pem").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0600u);
        QCOMPARE(::stat((scratch / "server").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0700u);

        QCOMPARE(::chmod((scratch / "server/server.pem").c_str(), 0640), 0);
        const auto opened = ServerIdentity::openOrCreate(scratch / "server");
        VERIFY_ERROR(opened, ErrorCode::permission);
        QVERIFY(opened.error().message.find("chmod 600") != std::string::npos);
    }

    void a11RefusesASymbolicLink() {
        const Scratch scratch;
        VERIFY_OK(ServerIdentity::openOrCreate(scratch / "real"));
        VERIFY_OK(makeDirectories(scratch / "server"));
        fs::create_symlink(scratch / "real/server.pem", scratch / "server/server.pem");
        VERIFY_ERROR(ServerIdentity::openOrCreate(scratch / "server"), ErrorCode::invalid);
    }

    void twoFirstStartsAgree() {
        const Scratch scratch;
        std::vector<Hash> found(8);
        {
            std::vector<std::jthread> threads;
            for (Hash& hash : found) {
                threads.emplace_back([&] {
                    const auto made = ServerIdentity::openOrCreate(scratch / "server");
                    if (made) hash = made->fingerprint;
                });
            }
        }
        for (const Hash& hash : found) QVERIFY(!hash.isNull() && hash == found.front());
    }

    void refusesWhatIsDamaged() {
        const Scratch scratch;
        VALUE(made, ServerIdentity::openOrCreate(scratch / "server"));
        VALUE(other, ServerIdentity::openOrCreate(scratch / "other"));
        const std::size_t half = made.pem.find("-----BEGIN CERTIFICATE");
        const std::string mixed = made.pem.substr(0, half) + other.pem.substr(half);
        for (const std::string& wrong : {std::string(), made.pem.substr(0, half),
                                         made.pem.substr(half), mixed, std::string(1000, '-')}) {
            VERIFY_OK(writeWholeFile(scratch / "server/server.pem", asBytes(wrong)));
            VERIFY_ERROR(ServerIdentity::openOrCreate(scratch / "server"), ErrorCode::corrupt);
        }
    }
};

QTEST_GUILESS_MAIN(TestServerIdentity)
#include "tst_server_identity.moc"
