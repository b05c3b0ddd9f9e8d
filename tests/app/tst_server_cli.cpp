// synthesis_server and the client's side of pairing as people use them, without a VM: a real server
// on a free port, paired with, asked, and trusting no longer. And nowhere a secret (A10).
#include <unistd.h>

#include <QDir>
#include <QtTest>

#include "tests/support/cloudlet_program.h"
#include "tests/support/scratch.h"

using namespace cloudlet;
using namespace cloudlet::test;

class TestServerCli : public QObject {
    Q_OBJECT

    Scratch m_scratch;
    QProcessEnvironment m_environment = QProcessEnvironment::systemEnvironment();
    QByteArray m_said;  // all that any program has put out

    Outcome run(const char* program, const QStringList& arguments) {
        const Outcome outcome = Running(arguments, m_environment, program).finish();
        m_said += outcome.output + outcome.errors;
        return outcome;
    }
    Outcome server(const QStringList& arguments) { return run(CLOUDLET_SERVER, arguments); }
    Outcome cloudlet(const QStringList& arguments) { return run(CLOUDLET_PROGRAM, arguments); }
    QString link(const QStringList& more = {}) {
        const Outcome made = server(QStringList{"pair", "--json", "--host", "127.0.0.1"} + more);
        m_said.replace(made.output, "");  // the link is what it is to show
        return made.json()["link"].toString();
    }
    QByteArray fileText(const char* name) {
        QFile file(qtPath(m_scratch / name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    // The command lines of all processes of ours.
    static QByteArray commandLines() {
        QByteArray lines;
        for (const QString& process : QDir("/proc").entryList(QDir::Dirs)) {
            QFile file("/proc/" + process + "/cmdline");
            if (file.open(QIODevice::ReadOnly)) lines += file.readAll();
        }
        return lines;
    }

private slots:
    void init() {
        m_environment.insert("CLOUDLET_CATALOG", qtPath(m_scratch / "catalog"));
        m_environment.insert("XDG_DATA_HOME", qtPath(m_scratch / "data"));
        // No keyring: the person's own is not for tests.
        m_environment.insert("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        QFile file(qtPath(m_scratch / "server.conf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("announce = no\nlisten = 127.0.0.1\n");
    }

    void helpsAndRefusesWrongUsage() {
        for (const char* command :
             {"run", "pair", "list-token", "revoke-token", "list-session", "end-session"}) {
            const Outcome help = server({command, "--help"});
            VERIFY_EXIT(help, 0);
            QVERIFY(help.output.contains("Example: synthesis_server"));
        }
        VERIFY_EXIT(run(CLOUDLET_CLIENT, {"--help"}), 0);
        VERIFY_EXIT(server({}), 2);
        VERIFY_EXIT(server({"pair", "--role", "root"}), 2);
        VERIFY_EXIT(run(CLOUDLET_CLIENT, {"-s", "edge"}), 2);
        VERIFY_EXIT(run(CLOUDLET_CLIENT, {"-s", "edge", "-o", "a", "-u", "b"}), 2);
        VERIFY_EXIT(run(CLOUDLET_CLIENT, {"-s", "nobody", "-o", "/nonexistent"}), 1);
        VERIFY_EXIT(cloudlet({"pair", "cloudlet://edge1/#x,y"}), 2);
        const Outcome unknown = server({"--config", "/nonexistent", "list-token"});
        VERIFY_EXIT(unknown, 1);
        QFile file(qtPath(m_scratch / "wrong.conf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("prot = 1\n");
        file.close();
        const Outcome wrong = server({"--config", qtPath(m_scratch / "wrong.conf"), "list-token"});
        VERIFY_EXIT(wrong, 2);
        VERIFY_SAYS(wrong, "line 1");
        const Outcome notRunning = server({"list-session"});
        VERIFY_EXIT(notRunning, 1);
        VERIFY_SAYS(notRunning, "synthesis_server run");
    }

    void aDeviceIsPairedAskedAndRevoked() {
        Running running({"--config", qtPath(m_scratch / "server.conf"), "run", "--port", "0"},
                        m_environment, CLOUDLET_SERVER);
        QVERIFY2(running.waitForOutput("Listening"), running.errors());

        const QString invitation = link({"--role", "viewer"});
        const QByteArray secret = invitation.section(',', -1).toUtf8();
        QCOMPARE(secret.size(), 43);
        VERIFY_EXIT(cloudlet({"pair", invitation, "--name", "edge", "--device", "laptop"}), 0);
        VERIFY_EXIT(cloudlet({"pair", invitation}), 1);
        const Outcome asked = cloudlet({"list-server", "--ask", "--json"});
        VERIFY_EXIT(asked, 0);
        const QJsonValue edge = asked.json()["servers"][0];
        QCOMPARE(edge["role"].toString(), "viewer");
        QCOMPARE(edge["statistics"]["sessions"].toInt(-1), 0);
        VERIFY_EXIT(server({"list-session", "--json"}), 0);
        const Outcome refused =
            run(CLOUDLET_CLIENT, {"-s", "edge", "-u", "http://127.0.0.1:1/x", "-e", "--json"});
        VERIFY_EXIT(refused, 1);
        QCOMPARE(refused.json()["error"]["code"].toString(), "permission");

        const Outcome gone =
            cloudlet({"fetch-residue", "0123abcd", "--from", "edge", "-o", "r", "--json"});
        VERIFY_EXIT(gone, 1);
        QCOMPARE(gone.json()["error"]["code"].toString(), "permission");

        const Outcome ended = cloudlet({"end-session", "0123abcd", "--from", "edge", "--json"});
        VERIFY_EXIT(ended, 1);
        QCOMPARE(ended.json()["error"]["code"].toString(), "notFound");

        const Outcome devices = server({"list-token", "--json"});
        QCOMPARE(devices.json()["devices"][0]["name"].toString(), "laptop");
        VERIFY_EXIT(server({"list-token"}), 0);
        VERIFY_EXIT(server({"revoke-token", "laptop"}), 0);
        const Outcome after = cloudlet({"list-server", "--ask"});
        VERIFY_EXIT(after, 0);
        QVERIFY2(after.output.contains("not paired"), after.output);

        // A10: the token is in its file, and nowhere else.
        const QByteArray servers = fileText("data/cloudlet-studio/servers.json");
        const QByteArray token =
            QJsonDocument::fromJson(servers).object()["servers"][0]["token"].toString().toUtf8();
        QCOMPARE(token.size(), 43);
        m_said += running.output() + running.errors() + commandLines() +
                  fileText("catalog/server/trust.json");
        QVERIFY(!m_said.contains(token));
        QVERIFY(!m_said.contains(secret));

        VERIFY_EXIT(cloudlet({"forget-server", "edge"}), 0);
        VERIFY_EXIT(cloudlet({"forget-server", "edge"}), 1);
        running.signal(SIGINT);
        QCOMPARE(running.finish().exitCode, 0);
        QVERIFY(fileText("catalog/server/local.json").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestServerCli)
#include "tst_server_cli.moc"
