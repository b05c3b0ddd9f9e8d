#include "engine/net/paired_servers.h"

#include <sys/stat.h>

#include <QtTest>

#include "engine/net/secret.h"
#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using cloudlet::test::Scratch;

namespace {

PairedServer server(const std::string& name, const std::string& address) {
    return {name, ServerAddress::parse(address).value(), hashOfSecret(name + address), Role::pusher,
            randomSecret().value()};
}

}  // namespace

class TestPairedServers : public QObject {
    Q_OBJECT

private slots:
    void findsByNameHostAndAddress() {
        const Scratch scratch;
        PairedServers servers(scratch / "x/servers.json");
        QVERIFY(servers.all()->empty());
        const PairedServer edge = server("edge", "10.0.0.7:9000");
        VERIFY_OK(servers.add(server("other", "b")));
        VERIFY_OK(PairedServers(servers.file()).add(edge));
        for (const char* which : {"edge", "10.0.0.7", "10.0.0.7:9000"}) {
            VALUE(found, servers.find(which));
            QCOMPARE(found.token, edge.token);
            QVERIFY(found.fingerprint == edge.fingerprint && found.role == Role::pusher);
        }
        const auto nobody = servers.find("10.0.0.7:8021");
        VERIFY_ERROR(nobody, ErrorCode::notFound);
        QVERIFY(nobody.error().message.find("cloudlet pair LINK") != std::string::npos);
        QCOMPARE(servers.all()->at(0).name, "edge");
    }

    void twoPortsOfOneHostAreTwoServers() {
        const Scratch scratch;
        PairedServers servers(scratch / "servers.json");
        VERIFY_OK(servers.add(server("a", "h:1")));
        VERIFY_OK(servers.add(server("b", "h:2")));
        VERIFY_ERROR(servers.find("h"), ErrorCode::invalid);
        VERIFY_OK(servers.find("h:2"));
        VERIFY_OK(servers.forget("a"));
        QCOMPARE(servers.find("h")->name, "b");
        VERIFY_ERROR(servers.forget("a"), ErrorCode::notFound);
    }

    void pairingAnewReplaces() {
        const Scratch scratch;
        PairedServers servers(scratch / "servers.json");
        PairedServer edge = server("edge", "h");
        VERIFY_OK(servers.add(edge));
        edge.token = randomSecret().value();
        edge.address.host = "moved";  // known by its key
        VERIFY_OK(servers.add(edge));
        QCOMPARE(servers.all()->size(), 1u);
        VERIFY_OK(servers.add(server("edge", "moved")));  // set up anew: another key
        QCOMPARE(servers.all()->size(), 1u);
        VERIFY_ERROR(servers.add(server("edge", "elsewhere")), ErrorCode::exists);
        VERIFY_ERROR(servers.add(server("a\nb", "x")), ErrorCode::invalid);
        VERIFY_ERROR(servers.add(server("", "x")), ErrorCode::invalid);
    }

    // A11.
    void a11OnlyTheOwnerMayReadIt() {
        const Scratch scratch;
        PairedServers servers(scratch / "x/servers.json");
        const mode_t before = ::umask(0);
        const auto added = servers.add(server("edge", "h"));
        ::umask(before);
        VERIFY_OK(added);
        struct stat info {};
        QCOMPARE(::stat(servers.file().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0600u);
        QCOMPARE(::chmod(servers.file().c_str(), 0644), 0);
        const auto read = servers.all();
        VERIFY_ERROR(read, ErrorCode::permission);
        QVERIFY(read.error().message.find("revoke") != std::string::npos);
        fs::remove(servers.file());
        fs::create_symlink(scratch / "other", servers.file());
        VERIFY_ERROR(servers.all(), ErrorCode::invalid);
        VERIFY_ERROR(servers.add(server("edge", "h")), ErrorCode::invalid);
    }

    // The error must not show what the file holds.
    void aDamagedFileIsAnErrorAndStays() {
        const Scratch scratch;
        PairedServers servers(scratch / "servers.json");
        VERIFY_OK(servers.add(server("edge", "h")));
        for (const char* wrong : {"", "{}", R"({"servers":[1]})", R"({"servers":[{"name":"x"}]})",
                                  R"({"servers":[{"name":"x","address":"a b"}]})"}) {
            VERIFY_OK(writeWholeFile(servers.file(), asBytes(wrong)));
            VERIFY_ERROR(servers.all(), ErrorCode::corrupt);
            VERIFY_ERROR(servers.add(server("edge", "h")), ErrorCode::corrupt);
        }
        QCOMPARE(fs::file_size(servers.file()), 42u);
    }
};

QTEST_GUILESS_MAIN(TestPairedServers)
#include "tst_paired_servers.moc"
