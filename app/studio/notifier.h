// Tells the desktop that a long job has ended while the person was elsewhere
// (org.freedesktop.Notifications). Without a bus, or somebody who shows them, nothing happens.
// GUI thread.
#pragma once

#include <QObject>
#include <QSet>
#include <QString>

namespace cloudlet {

class Notifier : public QObject {
    Q_OBJECT
public:
    explicit Notifier(QObject* parent = nullptr);

    void notify(const QString& sentence);

Q_SIGNALS:
    void clicked();  // the person chose a notification of ours

private Q_SLOTS:
    void actionInvoked(uint id, const QString& action);

private:
    QSet<uint> m_shown;
};

}  // namespace cloudlet
