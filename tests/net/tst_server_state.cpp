#include "engine/net/server_state.h"

#include <QtTest>

#include "engine/net/push_client.h"
#include "tests/net/push_server.h"
#include "tests/support/result_checks.h"

using namespace cloudlet;
using namespace cloudlet::test;

namespace {

json::Object parsed(const char* text) {
    return json::parseObject(text, "the answer").value();
}

const json::Object kNoBases = parsed(R"({"bases": []})");
const json::Object kNoSessions = parsed(R"({"sessions": []})");
const json::Object kIdle = parsed(
    R"({"sessions": 0, "sessionsLimit": 4, "memoryBytes": 0, "memoryLimit": 1000,
        "diskBytes": 0, "diskLimit": 5000})");

// An overlay that needs a base and 600 bytes of memory, and a cloudlet that has both.
Manifest overlay() {
    Manifest manifest;
    manifest.base.id.hash.bytes[0] = std::byte{7};
    manifest.base.name = "base";
    manifest.machine.emplace();
    manifest.machine->memoryBytes = 600;
    manifest.state.emplace();
    return manifest;
}

ServerState fitting() {
    ServerState state;
    state.bases.push_back({overlay().base.id, "base", 0, 0});
    state.running = {1, 4};
    state.memory = {400, 1000};
    return state;
}

}  // namespace

class TestServerState : public QObject {
    Q_OBJECT

private slots:
    // A real server, with a session of this device and one of another.
    void readsAServer() {
        PushServer server;
        MemorySource source(Bytes(1000));
        Watcher watcher;
        watcher.then = push::Then::keep;
        PushPlan plan;
        plan.server = server.access("admin");
        plan.source = &source;
        plan.what = push::What::base;
        VERIFY_OK(pushToServer(plan, watcher, {}));
        VALUE(own, readServerState(server.access("admin"), {}));
        QCOMPARE(own.sessions.size(), std::size_t{1});
        QCOMPARE(own.sessions[0].id, watcher.acceptance.session);
        QCOMPARE(own.sessions[0].receivedBytes, std::uint64_t{1000});
        QCOMPARE(own.sessions[0].phase, std::string("complete"));
        QCOMPARE(own.running.used, std::uint64_t{1});
        QVERIFY(own.memory.limit > 0);
        QVERIFY(own.bases.empty());
        VALUE(viewers, readServerState(server.access("viewer"), {}));
        QCOMPARE(viewers.sessions.size(), std::size_t{1});
        QCOMPARE(viewers.sessions[0].id, std::string());
        VERIFY_ERROR(readServerState(server.access("stranger"), {}), ErrorCode::permission);
    }

    void refusesWhatIsNoAnswer_data() {
        QTest::addColumn<QByteArray>("bases");
        QTest::addColumn<QByteArray>("sessions");
        const char* none = R"({"bases": []})";
        QTest::newRow("no list") << QByteArray("{}") << QByteArray(R"({"sessions": []})");
        QTest::newRow("a base that is a number")
            << QByteArray(R"({"bases": [1]})") << QByteArray(R"({"sessions": []})");
        QTest::newRow("a base without an id")
            << QByteArray(R"({"bases": [{"name": "x"}]})") << QByteArray(R"({"sessions": []})");
        QTest::newRow("a session without a title")
            << QByteArray(none) << QByteArray(R"({"sessions": [{"phase": "running"}]})");
        QTest::newRow("a title of many lines")
            << QByteArray(none) << QByteArray(R"({"sessions": [{"title": "a\nb", "phase": "running",
                              "receivedBytes": 1, "totalBytes": 1}]})");
        QTest::newRow("a long name") << QByteArray(R"({"bases": [{"id": ")") + QByteArray(64, '0') +
                                            R"(", "diskBytes": 1, "memoryBytes": 1, "name": ")" +
                                            QByteArray(201, 'x') + "\"}]}"
                                     << QByteArray(R"({"sessions": []})");
        QTest::newRow("a forward that is none")
            << QByteArray(none)
            << QByteArray(R"({"sessions": [{"title": "", "phase": "running", "session": "1",
                              "receivedBytes": 1, "totalBytes": 1, "forwards": ["x"]}]})");
    }
    void refusesWhatIsNoAnswer() {
        QFETCH(const QByteArray, bases);
        QFETCH(const QByteArray, sessions);
        VERIFY_ERROR(
            parseServerState(parsed(bases.constData()), kIdle, parsed(sessions.constData())),
            ErrorCode::corrupt);
        VERIFY_OK(parseServerState(kNoBases, kIdle, kNoSessions));
        VERIFY_ERROR(parseServerState(kNoBases, {}, kNoSessions), ErrorCode::corrupt);
    }

    void endsWhatHasAnId() {
        for (const std::string id : {"", "a/b", "..", "a b", "a\r\nb", "a?b"}) {
            VERIFY_ERROR(endSession({}, id, {}), ErrorCode::invalid);
        }
    }

    void saysWhyAnOverlayDoesNotFit() {
        VERIFY_OK(checkFit(fitting(), Role::pusher, overlay()));
        VERIFY_ERROR(checkFit(fitting(), Role::viewer, overlay()), ErrorCode::permission);
        Manifest plain = overlay();
        plain.machine.reset();
        VERIFY_ERROR(checkFit(fitting(), Role::admin, plain), ErrorCode::invalid);
        ServerState state = fitting();
        state.bases.front().id.hash.bytes[0] = std::byte{8};
        VERIFY_ERROR(checkFit(state, Role::pusher, overlay()), ErrorCode::notFound);
        state = fitting();
        state.running.used = 4;
        VERIFY_ERROR(checkFit(state, Role::pusher, overlay()), ErrorCode::inUse);
        state = fitting();
        state.memory.used = 401;
        VERIFY_ERROR(checkFit(state, Role::pusher, overlay()), ErrorCode::inUse);
        state.memory.used = 2000;  // a limit that was lowered meanwhile
        VERIFY_ERROR(checkFit(state, Role::pusher, overlay()), ErrorCode::inUse);
    }
};

QTEST_GUILESS_MAIN(TestServerState)
#include "tst_server_state.moc"
