// Notifications on a bus of the test's own, with somebody on it who shows them.
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include "app/studio/notifier.h"

using namespace cloudlet;

// Stands for the desktop.
class Desktop : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    QStringList shown;

public Q_SLOTS:
    // The specification's order; what nobody looks at has no name.
    uint Notify(const QString&, uint, const QString&, const QString& summary, const QString& body,
                const QStringList& actions, const QVariantMap&, int) {
        shown << summary + QStringLiteral(": ") + body + QStringLiteral(" [") + actions.join(u' ') +
                     u']';
        return 7;
    }

Q_SIGNALS:
    void ActionInvoked(uint id, const QString& action);
};

class TestNotifier : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanupTestCase();
    void isQuietWhereNobodyShowsThem();
    void comesForwardForItsOwn();

private:
    QProcess m_bus;
};

void TestNotifier::initTestCase() {
    QGuiApplication::setApplicationDisplayName("Studio");
    m_bus.start("dbus-daemon", {"--session", "--nofork", "--print-address"});
    QVERIFY(m_bus.waitForStarted() && m_bus.waitForReadyRead());
    qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
    QVERIFY(QDBusConnection::sessionBus().isConnected());
}

void TestNotifier::cleanupTestCase() {
    m_bus.terminate();
    QVERIFY(m_bus.waitForFinished());
}

void TestNotifier::isQuietWhereNobodyShowsThem() {
    Notifier notifier;
    QSignalSpy clicked(&notifier, &Notifier::clicked);
    notifier.notify("Done.");
    QTest::qWait(50);  // the bus answers that there is nobody
    QCOMPARE(clicked.size(), 0);
}

void TestNotifier::comesForwardForItsOwn() {
    QDBusConnection bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, "desktop");
    Desktop desktop;
    QVERIFY(
        bus.registerObject("/org/freedesktop/Notifications", &desktop,
                           QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
    QVERIFY(bus.registerService("org.freedesktop.Notifications"));
    Notifier notifier;
    QSignalSpy clicked(&notifier, &Notifier::clicked);
    notifier.notify("The overlay \"a<b\" is made.");
    QTRY_COMPARE(desktop.shown,
                 QStringList{"Studio: The overlay &quot;a&lt;b&quot; is made. [default Show]"});
    // One of another program, then ours, whose number may still be on its way.
    Q_EMIT desktop.ActionInvoked(6, "default");
    QTRY_VERIFY([&] {
        Q_EMIT desktop.ActionInvoked(7, "default");
        QTest::qWait(20);
        return clicked.size() > 0;
    }());
    Q_EMIT desktop.ActionInvoked(7, "default");
    QTest::qWait(50);
    QCOMPARE(clicked.size(), 1);
}

QTEST_MAIN(TestNotifier)
#include "tst_notifier.moc"
