#include "engine/net/server_config.h"

#include <QtTest>

#include "tests/support/result_checks.h"
#include "tests/support/scratch.h"

using namespace cloudlet;

class TestServerConfig : public QObject {
    Q_OBJECT

private slots:
    void theShippedFileStatesTheDefaults() {
        const fs::path file = fs::path(CLOUDLET_SOURCE) / "resources/synthesis_server.conf";
        VALUE(config, ServerConfig::read(file));
        QVERIFY(config == ServerConfig());
        QVERIFY(ServerConfig::parse("").value() == ServerConfig());
        // And every key, of which the file would not be missed if it left it out.
        const Bytes bytes = readWholeFile(file, 1 << 20).value();
        const std::string text(asText(bytes));
        for (const char* key :
             {"listen", "port", "forward-address", "public-host", "state", "catalog", "sessions",
              "sessions-of-device", "memory", "disk", "absent-receiving", "absent-complete",
              "announce", "name", "pull", "pull-redirects", "pull-most"}) {
            QVERIFY2(text.find("\n" + std::string(key) + " = ") != std::string::npos, key);
        }
    }

    void readsWhatIsThere() {
        VALUE(
            config,
            ServerConfig::parse(
                "# all but the defaults\r\n"
                "listen=127.0.0.1\n port =\t9000 # here\n"
                "forward-address = 10.0.0.1\npublic-host = edge.example\nstate = /s\ncatalog = /c\n"
                "sessions = 2\nsessions-of-device = 1\nmemory = 3G\n"
                "disk = 1T\nabsent-receiving = 5\nabsent-complete = 6\n"
                "announce = no\nname = Küche\npull = anywhere\n"
                "pull-redirects = yes\npull-most = 512M"));
        QCOMPARE(config.listen, "127.0.0.1");
        QCOMPARE(int(config.port), 9000);
        QCOMPARE(config.forwardAddress, "10.0.0.1");
        QCOMPARE(config.publicHost, "edge.example");
        QCOMPARE(config.state.string(), "/s");
        QCOMPARE(config.catalog.string(), "/c");
        QCOMPARE(config.sessions, 2u);
        QCOMPARE(config.sessionsOfDevice, 1u);
        QCOMPARE(config.memoryBytes, std::uint64_t{3} << 30);
        QCOMPARE(config.diskBytes, std::uint64_t{1} << 40);
        QCOMPARE(config.absentReceiving.count(), 5);
        QCOMPARE(config.absentComplete.count(), 6);
        QVERIFY(!config.announce && config.pullRedirects);
        QCOMPARE(config.name, "Küche");
        QVERIFY(config.pull == ServerConfig::Pull::anywhere);
        QCOMPARE(config.pullMostBytes, std::uint64_t{512} << 20);
    }

    void namesTheLineThatIsWrong_data() {
        QTest::addColumn<QString>("says");
        const auto row = [](const char* line, const char* says) { QTest::newRow(line) << says; };
        row("prot = 1", "\"prot\": there is no such key");
        row("port", "\"port\": expected key = value");
        row("= 1", "\"\": there is no such key");
        row("port =", "expected a value");
        row("port = 0", "a port from 1");
        row("port = 65536", "a port from 1");
        row("port = 80x", "a port from 1");
        row("memory = 5", "a size like");
        row("memory = G", "a size like");
        row("memory = -1G", "a size like");
        row("memory = 99999999999T", "a size like");
        row("pull-most = auto", "a size like");
        row("announce = on", "yes or no");
        row("pull = yes", "no, public or anywhere");
        row("state = server", "an absolute path");
        row("public-host = a:80", "a name or an address");
        row("forward-address = ::", "an IPv4 address");
        row("listen = a b", "no address");
        row("sessions = 0", "from 1 to 10000");
        row("absent-receiving = 9999999", "a month at most");
        row("state = /a\x1b[m", "printable");
    }
    void namesTheLineThatIsWrong() {
        QFETCH(QString, says);
        const auto config =
            ServerConfig::parse("\nname = x\n" + std::string(QTest::currentDataTag()) + "\n");
        VERIFY_ERROR(config, ErrorCode::invalid);
        QVERIFY2(QString::fromStdString(config.error().message).contains(says),
                 config.error().message.c_str());
        QVERIFY(config.error().message.starts_with("line 3: "));
    }

    void refusesTwoOfOne() {
        const auto config = ServerConfig::parse("port = 1\nport = 1\n");
        VERIFY_ERROR(config, ErrorCode::invalid);
        QVERIFY(config.error().message.starts_with("line 2: \"port\": stands there twice"));
    }

    void namesTheFile() {
        const test::Scratch scratch;
        VERIFY_ERROR(ServerConfig::read(scratch / "none"), ErrorCode::notFound);
        VERIFY_OK(writeWholeFile(scratch / "c.conf", asBytes("x")));
        const auto config = ServerConfig::read(scratch / "c.conf");
        VERIFY_ERROR(config, ErrorCode::invalid);
        QVERIFY(config.error().message.find("c.conf: line 1") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestServerConfig)
#include "tst_server_config.moc"
