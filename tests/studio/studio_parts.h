// What several tests of the studio's pages need. GUI thread.
#pragma once

#include <QAbstractItemModel>
#include <QModelIndex>
#include <QString>

#include "app/studio/page.h"
#include "engine/net/paired_servers.h"
#include "engine/net/secret.h"

namespace cloudlet::test {

// The one row that says `text` first; invalid if there is none, or several.
inline QModelIndex rowOf(const QAbstractItemModel& model, const QString& text) {
    const QModelIndexList found = model.match(model.index(0, 0), Qt::DisplayRole, text, 2,
                                              Qt::MatchExactly | Qt::MatchRecursive);
    return found.size() == 1 ? found.first() : QModelIndex();
}

// The line that does what the page is about to do.
inline QString firstLine(const Page& page) {
    return page.commands().first().line;
}

// A cloudlet where nobody answers.
inline PairedServer silentServer(const std::string& name) {
    PairedServer server;
    server.name = name;
    server.address = {"127.0.0.1", 1};
    server.token = randomSecret().value();
    return server;
}

}  // namespace cloudlet::test
