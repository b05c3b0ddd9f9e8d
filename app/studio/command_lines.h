// The `cloudlet` line of each thing that the studio does, for Help ▸ Show as command. A word in
// capitals stands for what only the person can say. Any thread.
#pragma once

#include <QCoreApplication>
#include <QList>
#include <QString>

#include "app/studio/author_job.h"
#include "app/studio/base_job.h"
#include "app/studio/push_job.h"

namespace cloudlet {

// What an action is called, and the line that does the same.
struct ActionCommand {
    QString action;
    QString line;
};

class CommandLines {
    Q_DECLARE_TR_FUNCTIONS(cloudlet::CommandLines)
public:
    static QString createBase(const BaseOrder& order);
    // `script` may be empty: nothing was run.
    static QString author(const AuthorOrder& start, const OverlayOrder& overlay,
                          const QString& script);
    static QString run(const QString& overlay, const QString& more = {});
    static QString push(const PushOrder& order, const QString& more = {});
    // COMMAND and its arguments, quoted for a shell where that is needed.
    static QString plain(const QString& command, const QStringList& arguments);

    // What can be done with an overlay; running it comes first.
    static QList<ActionCommand> ofOverlay(const QString& file);
    static QList<ActionCommand> ofBase(const QString& name);
};

}  // namespace cloudlet
