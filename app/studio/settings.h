// What the studio remembers between starts: windows, folders, choices. Never anything secret. All
// keys are here. GUI thread.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

class QSettings;

namespace cloudlet {

class StudioSettings {
public:
    static QByteArray windowGeometry();
    static void setWindowGeometry(const QByteArray& geometry);
    // Where the last overlay was written to or opened from; at first the documents folder.
    static QString overlayFolder();
    static void setOverlayFolder(const QString& folder);
    static QString lastBase();
    static void setLastBase(const QString& id);
    static QStringList recentFiles();  // newest first
    static void addRecentFile(const QString& file);
};

}  // namespace cloudlet
