#include "app/studio/single_instance.h"

#include <QCryptographicHash>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusReply>
#include <QUrl>

namespace cloudlet {

namespace {

constexpr int kAnswerMs = 5000;  // the other one may be busy starting
constexpr const char* kToken = "activation-token";
constexpr const char* kTokenVariable = "XDG_ACTIVATION_TOKEN";

QString objectPath() {
    return QStringLiteral("/org/cloudletstudio/Studio");
}

// A name of the bus: letters and digits, no element beginning with a digit.
QString serviceOf(const QString& catalog) {
    const QByteArray hash =
        QCryptographicHash::hash(catalog.toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
    return QStringLiteral("org.cloudletstudio.Studio.c") + QString::fromLatin1(hash);
}

// So that the window may come to the front for the click that started the other program.
void takeToken(const QVariantMap& platform) {
    const QByteArray token = platform.value(QLatin1String(kToken)).toByteArray();
    if (!token.isEmpty()) qputenv(kTokenVariable, token);
}

}  // namespace

SingleInstance::SingleInstance(const QString& catalog, QObject* parent)
    : QObject(parent), m_service(serviceOf(catalog)) {
    new ApplicationAdaptor(this);
}

SingleInstance::~SingleInstance() {
    if (m_isOwner) QDBusConnection::sessionBus().unregisterService(m_service);
}

bool SingleInstance::handOver(const QStringList& files) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return false;
    // First the object, so that whoever sees the name can call it.
    bus.registerObject(objectPath(), this);
    const QDBusReply<QDBusConnectionInterface::RegisterServiceReply> reply =
        bus.interface()->registerService(m_service);
    m_isOwner = reply.isValid() && reply.value() == QDBusConnectionInterface::ServiceRegistered;
    return !m_isOwner && reply.isValid() && callTheOther(files);
}

bool SingleInstance::callTheOther(const QStringList& files) const {
    QVariantMap platform;
    const QByteArray token = qgetenv(kTokenVariable);
    if (!token.isEmpty()) platform.insert(QLatin1String(kToken), QString::fromUtf8(token));
    QStringList uris;
    for (const QString& file : files) uris << QUrl::fromLocalFile(file).toString();
    QDBusMessage call = QDBusMessage::createMethodCall(
        m_service, objectPath(), QStringLiteral("org.freedesktop.Application"),
        files.isEmpty() ? QStringLiteral("Activate") : QStringLiteral("Open"));
    if (!files.isEmpty()) call << uris;
    call << platform;
    const QDBusMessage answer = QDBusConnection::sessionBus().call(call, QDBus::Block, kAnswerMs);
    return answer.type() == QDBusMessage::ReplyMessage;
}

void ApplicationAdaptor::Activate(const QVariantMap& platform) {
    takeToken(platform);
    Q_EMIT m_instance->filesOpened({});
}

void ApplicationAdaptor::Open(const QStringList& uris, const QVariantMap& platform) {
    takeToken(platform);
    QStringList files;
    for (const QString& uri : uris) {
        const QString file = QUrl(uri).toLocalFile();
        if (!file.isEmpty()) files << file;
    }
    Q_EMIT m_instance->filesOpened(files);
}

void ApplicationAdaptor::ActivateAction(const QString&, const QVariantList&,
                                        const QVariantMap& platform) {
    Activate(platform);  // there are no actions to choose from outside
}

}  // namespace cloudlet
