// The column beside a guest's console: facts, ports as links, and what happened. GUI thread.
#pragma once

#include <QWidget>

#include "app/studio/guest_facts.h"

class QFormLayout;
class QLabel;
class QListWidget;
class QVBoxLayout;

namespace cloudlet {

class GuestSide : public QWidget {
    Q_OBJECT
public:
    explicit GuestSide(QWidget* parent = nullptr);

    void setFact(const QString& name, const QString& value);  // adds, or replaces
    // `host`: where the ports are, as in a URL.
    void setForwards(const QList<ForwardFact>& forwards,
                     const QString& host = QStringLiteral("127.0.0.1"));
    // Between the ports and what happened.
    void addPanel(QWidget* panel);
    void log(const QString& text);
    QString logText() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    QFormLayout* m_facts;
    QLabel* m_ports;
    QString m_portsText;
    QListWidget* m_log;
    QVBoxLayout* m_layout;
};

}  // namespace cloudlet
