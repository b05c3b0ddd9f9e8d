// Tokens in the desktop's keyring: libsecret itself, on a bus of its own, with a fake of the
// service behind it (fake_secret_service.py), which can be locked and silent.
#include "engine/net/keyring.h"

#include <QtTest>
#include <thread>

#include "engine/net/paired_servers.h"
#include "engine/net/secret.h"
#include "tests/net/private_bus.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

PairedServer server(const std::string& name, const std::string& address) {
    return {name, ServerAddress::parse(address).value(), hashOfSecret(name + address), Role::pusher,
            randomSecret().value()};
}

}  // namespace

class TestKeyring : public QObject {
    Q_OBJECT

    Scratch m_scratch;
    QProcess m_bus;
    QProcess m_service;

    void setMode(const char* mode) {
        writeWholeFile(m_scratch / "mode", asBytes(std::string(mode))).value();
    }
    PairedServers newServers(const char* name) const {
        return PairedServers(m_scratch / name / "servers.json");
    }
    static std::string textOf(const PairedServers& servers) {
        const Bytes bytes = readWholeFile(servers.file(), 1 << 20).value();
        return std::string(asText(bytes));
    }

private slots:
    // Before there is one: whoever has reached a bus keeps the connection.
    void withoutABusTheFileKeepsIt() {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        VERIFY_ERROR(storeInKeyring("k", "label", "secret", {}), ErrorCode::unavailable);
        VERIFY_ERROR(loadFromKeyring("k", {}), ErrorCode::unavailable);
        PairedServers servers = newServers("alone");
        const PairedServer edge = server("edge", "h");
        VALUE(kept, servers.keep(edge, {}));
        QVERIFY(kept.keyring.empty());
        QCOMPARE(servers.find("edge")->token, edge.token);
    }

    void startTheKeyring() {
        setMode("open");
        QVERIFY(startBus(m_bus, m_scratch, "DBUS_SESSION_BUS_ADDRESS"));
        QVERIFY(start(m_service, "/usr/bin/python3",
                      {FAKE_SECRET_SERVICE, QString::fromStdString((m_scratch / "mode").string())},
                      "ready"));
    }

    void keepsLoadsAndRemoves() {
        VERIFY_OK(storeInKeyring("a", "one", "first", {}));
        VERIFY_OK(storeInKeyring("b", "two", "second", {}));
        VALUE(first, loadFromKeyring("a", {}));
        QCOMPARE(first, std::string("first"));
        VERIFY_OK(removeFromKeyring("a", {}));
        VERIFY_OK(removeFromKeyring("a", {}));
        VERIFY_ERROR(loadFromKeyring("a", {}), ErrorCode::notFound);
        VALUE(second, loadFromKeyring("b", {}));
        QCOMPARE(second, std::string("second"));
    }

    void aPairedServersTokenIsNotInTheFile() {
        PairedServers servers = newServers("paired");
        const PairedServer before = server("old", "o");
        VERIFY_OK(servers.add(before));  // as versions before this one did
        const PairedServer edge = server("edge", "h");
        VERIFY_OK(servers.keep(edge, {}));
        QCOMPARE(textOf(servers).find(edge.token), std::string::npos);
        VALUE(found, servers.find("edge"));
        VALUE(token, tokenOf(found.access(), {}));
        QCOMPARE(token, edge.token);
        VALUE(older, tokenOf(servers.find("old")->access(), {}));
        QCOMPARE(older, before.token);

        // Paired anew, nothing of the old token is left; forgotten, nothing at all.
        PairedServer again = edge;
        again.token = randomSecret().value();
        VERIFY_OK(servers.keep(again, {}));
        VERIFY_ERROR(loadFromKeyring(found.keyring, {}), ErrorCode::notFound);
        VALUE(forgotten, servers.forget("edge"));
        VERIFY_ERROR(loadFromKeyring(forgotten.keyring, {}), ErrorCode::notFound);
        const auto lost = tokenOf(forgotten.access(), {});
        VERIFY_ERROR(lost, ErrorCode::notFound);
        QVERIFY(lost.error().message.find("pair with it again") != std::string::npos);
    }

    void aLockedOneIsNotWaitedFor() {
        setMode("locked");
        const Result<void> refused = storeInKeyring("c", "label", "secret", {});
        setMode("open");
        VERIFY_ERROR(refused, ErrorCode::unavailable);
        QVERIFY(refused.error().message.find("locked") != std::string::npos);
    }

    void aSilentOneIsLeft() {
        setMode("silent");
        std::stop_source stop;
        const std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            stop.request_stop();
        });
        VERIFY_ERROR(loadFromKeyring("b", stop.get_token()), ErrorCode::cancelled);
        setMode("open");
    }

    void cleanupTestCase() {
        for (QProcess* process : {&m_service, &m_bus}) {
            process->terminate();
            process->waitForFinished(kServiceLimitMs);
        }
    }
};

QTEST_GUILESS_MAIN(TestKeyring)
#include "tst_keyring.moc"
