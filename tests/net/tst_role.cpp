#include "engine/net/role.h"

#include <QtTest>

using namespace cloudlet;

class TestRole : public QObject {
    Q_OBJECT

private slots:
    // A05: the whole matrix, as PROTOCOL.md promises it.
    void a05RoleMatrix_data() {
        QTest::addColumn<int>("act");
        QTest::addColumn<QString>("who");
        const auto row = [](const char* name, Act act, const char* who) {
            QTest::newRow(name) << static_cast<int>(act) << who;
        };
        row("see the server", Act::seeServer, "viewer pusher admin");
        row("see own sessions", Act::seeOwnSessions, "viewer pusher admin");
        row("see all sessions", Act::seeAllSessions, "viewer admin");
        row("start a session", Act::startSession, "pusher admin");
        row("use an own session", Act::useOwnSession, "pusher admin");
        row("use any session", Act::useAnySession, "admin");
        row("send a base", Act::sendBase, "admin");
    }
    void a05RoleMatrix() {
        QFETCH(int, act);
        QFETCH(QString, who);
        const QStringList allowed = who.split(' ');
        for (const Role role : {Role::viewer, Role::pusher, Role::admin}) {
            QCOMPARE(mayDo(role, static_cast<Act>(act)),
                     allowed.contains(QString::fromLatin1(toString(role))));
        }
    }

    void namesAreReadBack() {
        for (const Role role : {Role::viewer, Role::pusher, Role::admin}) {
            QVERIFY(roleFromText(toString(role)) == role);
        }
        for (const char* wrong : {"", "Admin", "root", "admin ", "viewerpusher"}) {
            QVERIFY(!roleFromText(wrong));
        }
    }
};

QTEST_GUILESS_MAIN(TestRole)
#include "tst_role.moc"
