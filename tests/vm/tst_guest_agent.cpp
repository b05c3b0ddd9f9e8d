// The guest agent's commands against a scripted agent.
#include "engine/vm/guest_agent.h"

#include <QTest>

#include "engine/base/base64.h"
#include "engine/base/json.h"
#include "tests/vm/scripted_domain.h"

using namespace cloudlet;
using test::ScriptedDomain;
using namespace std::chrono_literals;

class TestGuestAgent : public QObject {
    Q_OBJECT

private slots:
    void waitsUntilItAnswers();
    void runsScripts();
    void reportsSignals();
    void refusesNonsense_data();
    void refusesNonsense();
    void setsTheTime();
    void trims();
};

void TestGuestAgent::waitsUntilItAnswers() {
    ScriptedDomain domain;
    domain.replies.push_back(Error{ErrorCode::unavailable, "not yet"});
    domain.replies.push_back(Error{ErrorCode::timedOut, "not yet"});
    domain.replies.push_back(std::string(R"({"return":{}})"));
    GuestAgent agent(domain);
    QVERIFY(bool(agent.waitUntilReady(10s)));
    QCOMPARE(domain.asked.size(), std::size_t{3});
    QCOMPARE(agent.waitUntilReady(10ms).error().code, ErrorCode::unavailable);
    domain.replies.push_back(Error{ErrorCode::notFound, "gone"});
    QCOMPARE(agent.waitUntilReady(1h).error().code, ErrorCode::notFound);
    std::stop_source source;
    source.request_stop();
    QCOMPARE(agent.waitUntilReady(1h, source.get_token()).error().code, ErrorCode::cancelled);
}

void TestGuestAgent::runsScripts() {
    ScriptedDomain domain;
    domain.replies.push_back(std::string(R"({"return":{"pid":77}})"));
    domain.replies.push_back(std::string(R"({"return":{"exited":false}})"));
    domain.replies.push_back(std::string(
        R"({"return":{"exited":true,"exitcode":3,"out-data":"aGVsbG8K","err-data":"aGV5"}})"));
    const std::string script = "echo \"a\"\nb\x01";
    const auto result = GuestAgent(domain).runScript(script, 10s);
    QVERIFY2(bool(result), result ? "" : result.error().message.c_str());
    QCOMPARE(result->exitCode, 3);
    QCOMPARE(result->output, std::string("hello\nhey"));
    const json::Object sent = json::parseObject(domain.asked[0], "the command").value();
    const json::Object* arguments = json::object(sent, "arguments").value();
    QCOMPARE(asText(fromBase64(json::string(*arguments, "input-data").value()).value()),
             std::string_view(script));
    QVERIFY(domain.asked[2].find("77") != std::string::npos);
    QCOMPARE(GuestAgent(domain).runScript(std::string(2 << 20, 'x'), 1s).error().code,
             ErrorCode::invalid);
}

void TestGuestAgent::reportsSignals() {
    ScriptedDomain domain;
    domain.replies.push_back(std::string(R"({"return":{"pid":77}})"));
    domain.replies.push_back(std::string(R"({"return":{"exited":true,"signal":9}})"));
    QCOMPARE(GuestAgent(domain).runScript("x", 10s).value().exitCode, 137);
}

void TestGuestAgent::refusesNonsense_data() {
    QTest::addColumn<QString>("status");
    for (const char* status :
         {"", "[]", "{}", R"({"return":[]})", R"({"return":{}})", R"({"return":{"exited":1}})",
          R"({"return":{"exited":true}})", R"({"return":{"exited":true,"exitcode":-1}})",
          R"({"return":{"exited":true,"exitcode":0,"out-data":"???"}})"}) {
        QTest::newRow(status) << status;
    }
}

void TestGuestAgent::refusesNonsense() {
    QFETCH(QString, status);
    ScriptedDomain domain;
    domain.replies.push_back(std::string(R"({"return":{"pid":77}})"));
    domain.replies.push_back(status.toStdString());
    const auto result = GuestAgent(domain).runScript("x", 10s);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::corrupt);
}

void TestGuestAgent::setsTheTime() {
    ScriptedDomain domain;
    domain.replies.push_back(std::string(R"({"return":{}})"));
    QVERIFY(bool(GuestAgent(domain).setTime()));
    const json::Object sent = json::parseObject(domain.asked[0], "the command").value();
    const std::uint64_t time =
        json::number(*json::object(sent, "arguments").value(), "time", ~0ULL >> 1).value();
    const auto now = static_cast<std::uint64_t>(std::time(nullptr));
    QVERIFY(time / 1'000'000'000 >= now - 60 && time / 1'000'000'000 <= now + 60);
}

void TestGuestAgent::trims() {
    ScriptedDomain domain;
    domain.replies.push_back(
        std::string(R"({"return":{"paths":[{"path":"/","trimmed":4096,"minimum":0},)"
                    R"({"path":"/x","error":"no"},{"path":"/y","trimmed":100}]}})"));
    QCOMPARE(GuestAgent(domain).trimFileSystems().value(), std::uint64_t{4196});
}

QTEST_GUILESS_MAIN(TestGuestAgent)
#include "tst_guest_agent.moc"
