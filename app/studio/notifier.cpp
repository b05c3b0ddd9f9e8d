#include "app/studio/notifier.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QVariantMap>

namespace cloudlet {

namespace {

constexpr int kDefaultTime = -1;  // as the desktop shows such things

QString service() {
    return QStringLiteral("org.freedesktop.Notifications");
}
QString path() {
    return QStringLiteral("/org/freedesktop/Notifications");
}

}  // namespace

Notifier::Notifier(QObject* parent) : QObject(parent) {
    QDBusConnection::sessionBus().connect(service(), path(), service(),
                                          QStringLiteral("ActionInvoked"), this,
                                          SLOT(actionInvoked(uint, QString)));
}

void Notifier::notify(const QString& sentence) {
    if (!QDBusConnection::sessionBus().isConnected()) return;
    QDBusMessage call =
        QDBusMessage::createMethodCall(service(), path(), service(), QStringLiteral("Notify"));
    const QVariantMap hints{{QStringLiteral("desktop-entry"), QGuiApplication::desktopFileName()}};
    call << QApplication::applicationDisplayName() << 0U << QStringLiteral("cloudlet-studio")
         << QApplication::applicationDisplayName() << sentence.toHtmlEscaped()
         << QStringList{QStringLiteral("default"), tr("Show")} << hints << kDefaultTime;
    auto* watcher =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<uint> reply = *watcher;
        if (reply.isValid()) m_shown.insert(reply.value());
        watcher->deleteLater();
    });
}

void Notifier::actionInvoked(uint id, const QString&) {
    if (m_shown.remove(id)) Q_EMIT clicked();
}

}  // namespace cloudlet
