// What the studio has done since it was started, for people who ask why. GUI thread.
#pragma once

#include <QObject>
#include <QStringList>

class QWidget;

namespace cloudlet {

class StudioLog : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void add(const QString& sentence);
    QString text() const { return m_lines.join(u'\n'); }
    // Opens a window over `parent` that follows the log.
    void show(QWidget* parent);

Q_SIGNALS:
    void added(const QString& line);

private:
    QStringList m_lines;
};

}  // namespace cloudlet
