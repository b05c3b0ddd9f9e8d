#include "app/studio/settings.h"

#include <QSettings>
#include <QStandardPaths>

namespace cloudlet {

namespace {

constexpr int kMostRecent = 10;

QString key(const char* name) {
    return QLatin1String(name);
}

QVariant read(const char* name) {
    return QSettings().value(key(name));
}

void write(const char* name, const QVariant& value) {
    QSettings settings;
    settings.setValue(QStringLiteral("version"), 1);
    settings.setValue(key(name), value);
}

}  // namespace

QByteArray StudioSettings::windowGeometry() {
    return read("window/geometry").toByteArray();
}

void StudioSettings::setWindowGeometry(const QByteArray& geometry) {
    write("window/geometry", geometry);
}

QString StudioSettings::overlayFolder() {
    const QString folder = read("overlay/folder").toString();
    return folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
                            : folder;
}

void StudioSettings::setOverlayFolder(const QString& folder) {
    write("overlay/folder", folder);
}

QString StudioSettings::lastBase() {
    return read("library/base").toString();
}

void StudioSettings::setLastBase(const QString& id) {
    write("library/base", id);
}

QStringList StudioSettings::recentFiles() {
    return read("overlay/recent").toStringList();
}

void StudioSettings::addRecentFile(const QString& file) {
    QStringList files = recentFiles();
    files.removeAll(file);
    files.prepend(file);
    write("overlay/recent", QStringList(files.mid(0, kMostRecent)));
}

}  // namespace cloudlet
