// One studio for a catalog: a second one hands its files to the first over the session bus
// (org.freedesktop.Application) and ends. Without a bus each is by itself. GUI thread.
#pragma once

#include <QDBusAbstractAdaptor>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QVariantMap>

namespace cloudlet {

class SingleInstance : public QObject {
    Q_OBJECT
public:
    // `catalog`: its folder; studios of different catalogs do not know each other.
    explicit SingleInstance(const QString& catalog, QObject* parent = nullptr);
    ~SingleInstance() override;

    // True if another studio has taken them over: this one is not needed. Else this is the one
    // that others hand their files to. Waits some seconds for an answer at most.
    bool handOver(const QStringList& files);

Q_SIGNALS:
    // Also with no files: somebody has started the program again.
    void filesOpened(const QStringList& files);

private:
    bool callTheOther(const QStringList& files) const;

    const QString m_service;
    bool m_isOwner = false;
};

// What other programs see. Its slots are the interface's methods.
class ApplicationAdaptor : public QDBusAbstractAdaptor {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Application")
public:
    explicit ApplicationAdaptor(SingleInstance* instance)
        : QDBusAbstractAdaptor(instance), m_instance(instance) {}

public Q_SLOTS:
    void Activate(const QVariantMap& platform);
    void Open(const QStringList& uris, const QVariantMap& platform);
    void ActivateAction(const QString& name, const QVariantList& parameters,
                        const QVariantMap& platform);

private:
    SingleInstance* m_instance;
};

}  // namespace cloudlet
